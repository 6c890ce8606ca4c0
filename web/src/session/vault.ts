// The one place of the login's tokens, shared by all tabs of the browser. Renews the access token before it ends and
// tells when the login is over. Refuses to know screens.
import { asId, asObject, asText } from '@/api/decode';
import { ApiError, request } from '@/api/http';
import { asLogin, asRole, type Login, type Person } from '@/api/types';

export interface Stored {
  readonly access: string;
  readonly refresh: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly user: Person;
}

export class SessionEnded extends Error {
  override name = 'SessionEnded';
}

const storageKey = 'parley.session';
const lockName = 'parley.refresh';
const renewAheadMs = 30_000;
const defaultLifeSeconds = 900;

type Listener = (stored: Stored | null) => void;

function parse(text: string | null): Stored | null {
  if (text === null) return null;
  try {
    const it = asObject(JSON.parse(text));
    const user = asObject(it['user']);
    return {
      access: asText(it['access']),
      refresh: asText(it['refresh']),
      expiresAt: asId(it['expiresAt']),
      user: { id: asId(user['id']), name: asText(user['name']), role: asRole(user['role']) },
    };
  } catch {
    return null;
  }
}

// A refresh token works once (and for 10 s more): two tabs must not use the same one at different times.
async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  // Web locks exist on https and localhost only; elsewhere the 10 s of grace have to do.
  const locks = (navigator as { locks?: LockManager | null }).locks ?? null;
  return locks === null ? work() : locks.request(lockName, work);
}

export class Vault {
  private memory: Stored | null;
  private renewing: Promise<string> | null = null;
  private readonly listeners = new Set<Listener>();

  constructor(private readonly storage: Storage) {
    this.memory = parse(storage.getItem(storageKey));
    window.addEventListener('storage', (event) => {
      if (event.key === storageKey || event.key === null) this.adopt(parse(this.storage.getItem(storageKey)));
    });
  }

  get current(): Stored | null {
    return this.memory;
  }

  /** Called whenever the login changes, in this tab or another one. */
  subscribe(listener: Listener): void {
    this.listeners.add(listener);
  }

  open(login: Login, user: Person): void {
    this.store({
      access: login.accessToken,
      refresh: login.refreshToken,
      expiresAt: Date.now() + (login.expiresIn ?? defaultLifeSeconds) * 1000,
      user,
    });
  }

  close(): void {
    this.storage.removeItem(storageKey);
    this.adopt(null);
  }

  /** An access token with some life left. Throws SessionEnded, or ApiError when the server cannot be asked. */
  async token(): Promise<string> {
    const stored = this.memory;
    if (stored === null) throw new SessionEnded();
    return stored.expiresAt - Date.now() > renewAheadMs ? stored.access : this.renew(stored.access);
  }

  /** A token other than `stale`, which the server refused. Errors as token(). */
  renew(stale: string): Promise<string> {
    this.renewing ??= exclusively(() => this.renewLocked(stale)).finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async renewLocked(stale: string): Promise<string> {
    const stored = parse(this.storage.getItem(storageKey));
    if (stored === null) {
      this.adopt(null);
      throw new SessionEnded();
    }
    if (stored.access !== stale) {
      this.adopt(stored);
      return stored.access;
    }
    try {
      const answer = await request('/auth/refresh', { method: 'POST', token: stored.refresh });
      const login = asLogin(answer.body);
      this.open(login, stored.user);
      return login.accessToken;
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
      this.close();
      throw new SessionEnded();
    }
  }

  private store(stored: Stored): void {
    this.storage.setItem(storageKey, JSON.stringify(stored));
    this.adopt(stored);
  }

  private adopt(stored: Stored | null): void {
    this.memory = stored;
    for (const listener of this.listeners) listener(stored);
  }
}
