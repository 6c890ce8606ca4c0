// The queue of unsent messages in IndexedDB: for all tabs of this browser, over reloads and sign-ins.
import type { Queued, QueueStore } from './outbox';

const databaseName = 'parley';
const storeName = 'queue';
const byClientId = 'client';

interface Row extends Queued {
  readonly user: number;
}

function outcome<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore(storeName, { autoIncrement: true });
    store.createIndex(byClientId, ['user', 'clientId'], { unique: true });
  };
  const database = await outcome(request);
  // A newer page wants another version: it must not wait for this one.
  database.onversionchange = () => database.close();
  return database;
}

export class IndexedQueue implements QueueStore {
  private opened: Promise<IDBDatabase> | null = null;

  async load(user: number): Promise<Queued[]> {
    const store = await this.begin('readonly');
    const rows = (await outcome(store.getAll())) as Row[];
    return rows.filter((row) => row.user === user);
  }

  async add(user: number, message: Queued): Promise<void> {
    const store = await this.begin('readwrite');
    const done = committed(store.transaction);
    await this.eachOf(store, user, message.clientId, (cursor) => cursor.delete());
    store.add({ ...message, user });
    await done;
  }

  async setFailure(user: number, clientId: string, failure: string): Promise<void> {
    const store = await this.begin('readwrite');
    await this.eachOf(store, user, clientId, (cursor) => cursor.update({ ...(cursor.value as Row), failure }));
  }

  async remove(user: number, clientId: string): Promise<void> {
    const store = await this.begin('readwrite');
    await this.eachOf(store, user, clientId, (cursor) => cursor.delete());
  }

  private async begin(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.opened ??= open();
    return (await this.opened).transaction(storeName, mode).objectStore(storeName);
  }

  private async eachOf(store: IDBObjectStore, user: number, clientId: string, act: (cursor: IDBCursorWithValue) => unknown): Promise<void> {
    const cursor = await outcome(store.index(byClientId).openCursor(IDBKeyRange.only([user, clientId])));
    if (cursor !== null) act(cursor);
  }
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB failed'));
  });
}
