// Whether this browser shows notifications and plays a sound: the person's choice, the same in all tabs, and what the
// browser allows.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { openStorage } from '@/session/storage';

const soundKey = 'parley.sound';
const noticeKey = 'parley.notices';

export type Permission = NotificationPermission | 'missing';

function allowed(): Permission {
  return (window as { Notification?: typeof Notification }).Notification?.permission ?? 'missing';
}

export const useAttentionSettings = defineStore('attention', () => {
  const storage = openStorage();
  const sound = ref(storage.getItem(soundKey) !== 'off');
  const wanted = ref(storage.getItem(noticeKey) === 'on');
  const permission = ref<Permission>(allowed());
  const notices = computed(() => wanted.value && permission.value === 'granted');

  function setSound(on: boolean): void {
    sound.value = on;
    storage.setItem(soundKey, on ? 'on' : 'off');
  }

  /** To be called from a click: the browser asks the person, the first time. */
  async function setNotices(on: boolean): Promise<void> {
    if (on && permission.value === 'default') permission.value = await Notification.requestPermission();
    wanted.value = on && permission.value === 'granted';
    storage.setItem(noticeKey, wanted.value ? 'on' : 'off');
  }

  window.addEventListener('storage', (event) => {
    if (event.key === soundKey) sound.value = event.newValue !== 'off';
    if (event.key === noticeKey) wanted.value = event.newValue === 'on';
    permission.value = allowed();
  });

  return { sound, notices, permission, setSound, setNotices };
});
