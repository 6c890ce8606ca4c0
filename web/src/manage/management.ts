// The people as an admin sees them, disabled ones too, and what may be changed about them. The server decides.
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { asArray, asFlag, asObject, asText, asTime } from '@/api/decode';
import { asProfile, type Profile, type Role } from '@/api/types';
import { useSession } from '@/session/session';

export interface Member extends Profile {
  readonly disabled: boolean;
}

/** For one person, once. */
export interface OneTimeCode {
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

function asMember(value: unknown): Member {
  return { ...asProfile(value), disabled: asFlag(asObject(value)['disabled']) };
}

function asCode(value: unknown): OneTimeCode {
  const it = asObject(value);
  return { code: asText(it['code']), expires: asTime(it['expires']) };
}

const pagesMost = 50;

export const useManagement = defineStore('management', () => {
  const session = useSession();
  const byId = shallowRef<ReadonlyMap<number, Member>>(new Map());
  const loaded = shallowRef(false);

  watch(
    () => session.user?.id,
    () => {
      byId.value = new Map();
      loaded.value = false;
    },
  );

  /** Everybody, by name. */
  const members = computed(() => [...byId.value.values()].sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id));

  // The newest come first, a thousand at a time; older ones below the lowest id so far.
  async function load(): Promise<void> {
    const found = new Map<number, Member>();
    for (let page = 0; page < pagesMost; page += 1) {
      const least = Math.min(...found.keys());
      const answer = await session.authorised(found.size === 0 ? '/admin/users' : `/admin/users?before=${least}`);
      for (const member of asArray(answer.body).map(asMember)) found.set(member.id, member);
      if (!answer.more) break;
    }
    byId.value = found;
    loaded.value = true;
  }

  async function change(member: Member, fields: { role?: Role; disabled?: boolean }): Promise<void> {
    const answer = await session.authorised(`/admin/users/${member.id}`, { method: 'PATCH', body: fields });
    byId.value = new Map(byId.value).set(member.id, asMember(answer.body));
    if (member.id === session.user?.id) await session.loadProfile();
  }

  async function resetCode(member: Member): Promise<OneTimeCode> {
    return asCode((await session.authorised(`/admin/users/${member.id}/reset`, { method: 'POST' })).body);
  }

  /** Whether anybody who can reach this server may become an admin. */
  async function openToEverybody(): Promise<boolean> {
    return asFlag(asObject((await session.authorised('/admin/settings')).body)['open_to_everybody']);
  }

  async function invite(): Promise<OneTimeCode> {
    return asCode((await session.authorised('/admin/invites', { method: 'POST' })).body);
  }

  return { members, loaded, load, change, resetCode, invite, openToEverybody };
});
