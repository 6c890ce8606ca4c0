import { describe, expect, it } from 'vitest';
import { DecodeError } from './decode';
import { asAck, asMessage, asPerson, asReadMark, asResumed, asSendAck } from './types';

const wire = { id: 1, sender_id: 2, receiver_id: 3, content: 'hi', timestamp: '2024-11-27T12:00:00.123456', read_status: false };

describe('decoding', () => {
  it('takes times as UTC though they carry no zone', () => {
    expect(asMessage(wire).at).toBe(Date.UTC(2024, 10, 27, 12, 0, 0, 123));
    expect(asMessage({ ...wire, timestamp: null }).at).toBe(0);
    expect(asMessage({ ...wire, timestamp: '2024-11-27T12:00:00' }).at).toBe(Date.UTC(2024, 10, 27, 12));
  });

  it('does without the additions of the contract', () => {
    expect(asMessage(wire).clientId).toBeNull();
    expect(asReadMark({ sender_id: 1, receiver_id: 2 }).upTo).toBeNull();
    expect(asResumed({ up_to_id: 4 })).toEqual({ upTo: 4, reads: [], reset: false });
  });

  it.each([null, [], 'x', { ...wire, id: '1' }, { ...wire, id: -1 }, { ...wire, read_status: 0 }, { ...wire, timestamp: 'soon' }, { ...wire, content: null }])(
    'refuses a message like %j',
    (value) => {
      expect(() => asMessage(value)).toThrow(DecodeError);
    },
  );

  it('knows two roles', () => {
    expect(asPerson({ id: 1, name: 'A', role: 'admin' }).role).toBe('admin');
    expect(() => asPerson({ id: 1, name: 'A', role: 'root' })).toThrow(DecodeError);
  });

  it('tells a good acknowledgement from a refusal', () => {
    const good = asAck({ ok: true, id: 5, timestamp: wire.timestamp, duplicate: true });
    expect(good.ok && asSendAck(good.fields)).toMatchObject({ id: 5, duplicate: true });
    expect(asAck({ ok: false, error: 'x', code: 'rate_limited', retry_after_ms: 200 })).toEqual({
      ok: false,
      failure: { code: 'rate_limited', retryAfterMs: 200 },
    });
  });
});
