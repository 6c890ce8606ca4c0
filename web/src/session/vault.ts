// The one place of the login's tokens, shared by all tabs of the browser. Renews the access token before it ends and
// tells when the login is over: by choice nothing is kept, else who it was, so that they can come back to where they
// were. Refuses to know screens.
import { asId, asObject, asText } from '@/api/decode';
import { ApiError, request } from '@/api/http';
import { asLogin, asRole, type Login, type Person } from '@/api/types';

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Stored {
  readonly user: Person;
  /** null: the login ended without anybody asking for it. */
  readonly tokens: Tokens | null;
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
      user: { id: asId(user['id']), name: asText(user['name']), role: asRole(user['role']) },
      tokens:
        it['access'] === undefined
          ? null
          : { access: asText(it['access']), refresh: asText(it['refresh']), expiresAt: asId(it['expiresAt']) },
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

/** A new pair for a refresh token; null when it is worth nothing any more. Throws ApiError when nobody can tell. */
export async function refreshed(refreshToken: string): Promise<Login | null> {
  try {
    return asLogin((await request('/auth/refresh', { method: 'POST', token: refreshToken })).body);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
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
    const expiresAt = Date.now() + (login.expiresIn ?? defaultLifeSeconds) * 1000;
    this.store({ user, tokens: { access: login.accessToken, refresh: login.refreshToken, expiresAt } });
  }

  /** The same person, by another name or in another role. */
  describe(user: Person): void {
    const tokens = this.memory?.tokens ?? null;
    if (tokens !== null) this.store({ user, tokens });
  }

  close(): void {
    this.storage.removeItem(storageKey);
    this.adopt(null);
  }

  /** An access token with some life left. Throws SessionEnded, or ApiError when the server cannot be asked. */
  async token(): Promise<string> {
    const tokens = this.memory?.tokens ?? null;
    if (tokens === null) throw new SessionEnded();
    return tokens.expiresAt - Date.now() > renewAheadMs ? tokens.access : this.renew(tokens.access);
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
    const tokens = stored?.tokens ?? null;
    if (stored === null || tokens === null) {
      this.adopt(stored);
      throw new SessionEnded();
    }
    if (tokens.access !== stale) {
      this.adopt(stored);
      return tokens.access;
    }
    const login = await refreshed(tokens.refresh);
    // Whoever logged out or in meanwhile has the last word.
    if (parse(this.storage.getItem(storageKey))?.tokens?.refresh !== tokens.refresh) throw new SessionEnded();
    if (login === null) {
      this.store({ user: stored.user, tokens: null });
      throw new SessionEnded();
    }
    this.open(login, stored.user);
    return login.accessToken;
  }

  private store(stored: Stored): void {
    this.storage.setItem(storageKey, JSON.stringify({ ...stored.tokens, user: stored.user }));
    this.adopt(stored);
  }

  private adopt(stored: Stored | null): void {
    this.memory = stored;
    for (const listener of this.listeners) listener(stored);
  }
}
