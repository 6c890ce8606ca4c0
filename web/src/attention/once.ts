// Of several tabs one speaks up. A tab that shows a conversation to somebody says so by a lock, which the browser takes
// back when the tab is gone; whoever is first to claim a message tells of it.
// Without Web Locks (plain http on another host) a tab knows of itself alone, and claims by the store only.
import { asId, asObject } from '@/api/decode';

const claimLock = 'parley.attention';
const storageKey = 'parley.attention';

export interface Claim {
  /** The message is this tab's to tell of. */
  readonly first: boolean;
  /** No sound was made within the last two seconds, in any tab. */
  readonly audible: boolean;
}

interface Told {
  readonly upTo: number;
  readonly soundedAt: number;
}

const nobody: Claim = { first: false, audible: false };
export const soundEveryMs = 2_000;

function watchLock(user: number, partner: number): string {
  return `parley.watched.${user}.${partner}`;
}

export class Once {
  private release: (() => void) | null = null;

  constructor(
    private readonly storage: Storage,
    private readonly locks: LockManager | null,
    private readonly now: () => number = Date.now,
  ) {}

  /** The person looks at this conversation, in this tab; null: at none. */
  watch(user: number, partner: number | null): void {
    this.release?.();
    this.release = null;
    if (partner === null || this.locks === null) return;
    const held = new Promise<void>((resolve) => {
      this.release = resolve;
    });
    void this.locks.request(watchLock(user, partner), { mode: 'shared' }, () => held);
  }

  async isWatched(user: number, partner: number): Promise<boolean> {
    if (this.locks === null) return this.release !== null;
    const { held } = await this.locks.query();
    return held?.some((lock) => lock.name === watchLock(user, partner)) ?? false;
  }

  /** `sound`: the claim is for a sound as well, if one is due. */
  claim(user: number, message: number, sound: boolean): Promise<Claim> {
    const claim = (): Claim => this.take(user, message, sound);
    return this.locks === null ? Promise.resolve(claim()) : this.locks.request(claimLock, claim);
  }

  private take(user: number, message: number, sound: boolean): Claim {
    const key = `${storageKey}.${user}`;
    const told = read(this.storage.getItem(key));
    if (message <= told.upTo) return nobody;
    const now = this.now();
    const audible = sound && Math.abs(now - told.soundedAt) >= soundEveryMs;
    this.storage.setItem(key, JSON.stringify({ upTo: message, soundedAt: audible ? now : told.soundedAt }));
    return { first: true, audible };
  }
}

function read(text: string | null): Told {
  try {
    const it = asObject(JSON.parse(text ?? '{}'));
    return { upTo: asId(it['upTo']), soundedAt: asId(it['soundedAt']) };
  } catch {
    return { upTo: 0, soundedAt: 0 };
  }
}
