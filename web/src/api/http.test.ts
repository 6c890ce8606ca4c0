import { describe, expect, it, vi } from 'vitest';
import { request } from './http';

const reply = (status: number, body: string, headers: Record<string, string> = {}): void => {
  vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(status === 204 ? null : body, { status, headers }));
};

describe('request', () => {
  it('says whether a list goes on', async () => {
    reply(200, '[]', { Link: '</chat/loaded?before=5>; rel="next"' });
    await expect(request('/x')).resolves.toEqual({ body: [], more: true });
    reply(200, '[]');
    await expect(request('/x')).resolves.toEqual({ body: [], more: false });
  });

  it('carries code, fields and waiting time of an error', async () => {
    reply(422, '{"msg":"No.","code":"invalid_fields","errors":{"email":"taken"}}');
    await expect(request('/x')).rejects.toMatchObject({ status: 422, code: 'invalid_fields', fields: { email: 'taken' } });
    reply(429, '{"msg":"No.","code":"rate_limited"}', { 'Retry-After': '7' });
    await expect(request('/x')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 7 });
  });

  it('understands an error that is not ours', async () => {
    reply(502, '<html>');
    await expect(request('/x')).rejects.toMatchObject({ status: 502, code: 'unknown' });
  });

  it('calls no answer status 0', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('failed'));
    await expect(request('/x')).rejects.toMatchObject({ status: 0, code: 'network' });
  });
});
