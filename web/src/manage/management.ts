// What an admin may change about people. The server decides; what it answered is shown until the lists are asked anew.
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { asFlag, asObject, asText, asTime, optional } from '@/api/decode';
import { asPerson, type Person, type Role } from '@/api/types';
import { usePeople } from '@/chat/people';
import { useSession } from '@/session/session';

export interface Member extends Person {
  readonly disabled: boolean;
}

/** For one person, once. */
export interface OneTimeCode {
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

function asMember(value: unknown): Member {
  return { ...asPerson(value), disabled: optional(asObject(value)['disabled'], asFlag) ?? false };
}

function asCode(value: unknown): OneTimeCode {
  const it = asObject(value);
  return { code: asText(it['code']), expires: asTime(it['expires']) };
}

export const useManagement = defineStore('management', () => {
  const session = useSession();
  const people = usePeople();
  // The lists of the server leave out who is disabled.
  const changed = shallowRef<ReadonlyMap<number, Member>>(new Map());

  watch(
    () => session.user?.id,
    () => {
      changed.value = new Map();
    },
  );

  /** Everybody known, oneself too, by name. */
  const members = computed((): Member[] => {
    const all = new Map<number, Member>();
    for (const person of people.byId.values()) all.set(person.id, { id: person.id, name: person.name, role: person.role, disabled: false });
    if (session.user !== null) all.set(session.user.id, { ...session.user, disabled: false });
    for (const member of changed.value.values()) all.set(member.id, member);
    return [...all.values()].sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);
  });

  async function change(member: Member, fields: { role?: Role; disabled?: boolean }): Promise<void> {
    const answer = await session.authorised(`/admin/users/${member.id}`, { method: 'PATCH', body: fields });
    changed.value = new Map(changed.value).set(member.id, { ...member, ...fields, ...asMember(answer.body) });
    if (member.id === session.user?.id) await session.loadProfile();
    // Short of news at worst.
    void people.refresh().catch(() => undefined);
  }

  async function resetCode(member: Member): Promise<OneTimeCode> {
    return asCode((await session.authorised(`/admin/users/${member.id}/reset`, { method: 'POST' })).body);
  }

  async function invite(): Promise<OneTimeCode> {
    return asCode((await session.authorised('/admin/invites', { method: 'POST' })).body);
  }

  return { members, load: () => people.refresh(), change, resetCode, invite };
});
