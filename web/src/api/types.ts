// What the server speaks of, in the form the app uses: checked, camelCase, times in milliseconds.
import { asArray, asFlag, asId, asObject, asText, asTime, DecodeError, optional } from './decode';

export type Role = 'admin' | 'user';

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
}

/** `lastSeenAt`: null for somebody who never came, and while the server does not say. */
export interface Presence {
  readonly online: boolean;
  readonly lastSeenAt: number | null;
}

export interface Contact extends Person {
  readonly presence: Presence;
}

export interface Profile extends Person {
  readonly email: string;
}

export interface ChatMessage {
  readonly id: number;
  readonly senderId: number;
  readonly receiverId: number;
  readonly content: string;
  readonly at: number;
  readonly read: boolean;
  readonly clientId: string | null;
}

/** One line of the list: the newest message with a partner, and how many of theirs are unread. */
export interface Conversation {
  readonly partner: Contact;
  readonly last: ChatMessage;
  readonly unread: number;
}

/** What `senderId` wrote to `receiverId` was read, up to that id; null: all there is. */
export interface ReadMark {
  readonly senderId: number;
  readonly receiverId: number;
  readonly upTo: number | null;
}

export interface Resumed {
  readonly upTo: number;
  readonly reads: readonly ReadMark[];
  readonly reset: boolean;
}

export interface SendAck {
  readonly id: number;
  readonly at: number;
  readonly duplicate: boolean;
}

export interface Failure {
  readonly code: string;
  readonly retryAfterMs: number | null;
}

export interface Login {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds the access token lasts; null when the server does not say. */
  readonly expiresIn: number | null;
}

export function asRole(value: unknown): Role {
  if (value !== 'admin' && value !== 'user') throw new DecodeError('role expected');
  return value;
}

export function asPerson(value: unknown): Person {
  const it = asObject(value);
  return { id: asId(it['id']), name: asText(it['name']), role: asRole(it['role']) };
}

export function asProfile(value: unknown): Profile {
  return { ...asPerson(value), email: asText(asObject(value)['email']) };
}

export function asPresence(value: unknown): Presence {
  const it = asObject(value);
  return { online: optional(it['online'], asFlag) ?? false, lastSeenAt: optional(it['last_seen'], asTime) };
}

export function asContact(value: unknown): Contact {
  return { ...asPerson(value), presence: asPresence(value) };
}

export function asContacts(value: unknown): Contact[] {
  return asArray(value).map(asContact);
}

/** The event: whose presence changed, and to what. */
export function asPresenceChange(value: unknown): { readonly id: number; readonly presence: Presence } {
  return { id: asId(asObject(value)['user_id']), presence: asPresence(value) };
}

export function asMessage(value: unknown): ChatMessage {
  const it = asObject(value);
  return {
    id: asId(it['id']),
    senderId: asId(it['sender_id']),
    receiverId: asId(it['receiver_id']),
    content: asText(it['content']),
    // Rows that another program wrote may have none.
    at: it['timestamp'] === null ? 0 : asTime(it['timestamp']),
    read: asFlag(it['read_status']),
    clientId: optional(it['client_id'], asText),
  };
}

export function asMessages(value: unknown): ChatMessage[] {
  return asArray(value).map(asMessage);
}

export function asConversations(value: unknown): Conversation[] {
  return asArray(value).map((item) => {
    const it = asObject(item);
    return { partner: asContact(it['partner']), last: asMessage(it['last_message']), unread: asId(it['unread']) };
  });
}

export function asReadMark(value: unknown): ReadMark {
  const it = asObject(value);
  return {
    senderId: asId(it['sender_id']),
    receiverId: asId(it['receiver_id']),
    upTo: optional(it['up_to_id'], asId),
  };
}

export function asResumed(value: unknown): Resumed {
  const it = asObject(value);
  return {
    upTo: optional(it['up_to_id'], asId) ?? 0,
    reads: asArray(it['reads'] ?? []).map(asReadMark),
    reset: optional(it['reset'], asFlag) ?? false,
  };
}

export function asLogin(value: unknown): Login {
  const it = asObject(value);
  return {
    accessToken: asText(it['access_token']),
    refreshToken: asText(it['refresh_token']),
    expiresIn: optional(it['expires_in'], asId),
  };
}

/** An acknowledgement: the fields of the answer, or why it was refused. */
export function asAck(value: unknown): { ok: true; fields: Readonly<Record<string, unknown>> } | { ok: false; failure: Failure } {
  const it = asObject(value);
  if (it['ok'] === true) return { ok: true, fields: it };
  return { ok: false, failure: asFailure(it) };
}

export function asFailure(value: unknown): Failure {
  const it = asObject(value);
  return { code: optional(it['code'], asText) ?? 'internal', retryAfterMs: optional(it['retry_after_ms'], asId) };
}

export function asSendAck(fields: Readonly<Record<string, unknown>>): SendAck {
  return {
    id: asId(fields['id']),
    at: asTime(fields['timestamp']),
    duplicate: optional(fields['duplicate'], asFlag) ?? false,
  };
}
