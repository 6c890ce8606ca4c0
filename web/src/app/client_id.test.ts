import { describe, expect, it, vi } from 'vitest';
import { newClientId } from './client_id';

describe('newClientId', () => {
  it('makes a UUID also where the browser has no maker for it', () => {
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(0xff) });
    expect(newClientId()).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    vi.unstubAllGlobals();
  });
});
