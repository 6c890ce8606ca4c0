import { createRouter, createWebHistory } from 'vue-router';
import type { Role } from '@/api/types';
import type { TextKey } from '@/app/i18n';
import { outdated } from '@/app/release';
import LoginPage from '@/pages/LoginPage.vue';
import { useSession } from '@/session/session';

// The sign-in page and the chat are what somebody waits for; the rest comes when it is asked for.
const chatPages = () => import('@/pages/chat_pages');

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may see it; absent: anybody. */
    for?: 'members' | 'guests';
    /** Of the members only these; for others it is forbidden. */
    role?: Role;
    /** What the window is called; absent: the page sees to it itself. */
    title?: TextKey;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: LoginPage, meta: { for: 'guests', title: 'auth.sign_in' } },
    { path: '/register', name: 'register', component: () => import('@/pages/RegisterPage.vue'), meta: { for: 'guests', title: 'auth.register' } },
    { path: '/reset', name: 'reset', component: () => import('@/pages/ResetPage.vue'), meta: { for: 'guests', title: 'reset.title' } },
    { path: '/account', name: 'account', component: () => import('@/pages/AccountPage.vue'), meta: { for: 'members', title: 'settings.title' } },
    {
      path: '/people',
      name: 'people',
      component: () => import('@/pages/PeoplePage.vue'),
      meta: { for: 'members', role: 'admin', title: 'manage.title' },
    },
    {
      path: '/',
      component: async () => (await chatPages()).ChatPage,
      meta: { for: 'members' },
      children: [
        { path: '', name: 'home', component: async () => (await chatPages()).HomePane },
        {
          // As many digits as an exact integer has.
          path: 'c/:id(\\d{1,15})',
          name: 'conversation',
          component: async () => (await chatPages()).ConversationPane,
          props: (route) => ({ id: Number(route.params['id']) }),
        },
      ],
    },
    { path: '/:path(.*)*', name: 'missing', component: () => import('@/pages/NotFoundPage.vue'), meta: { title: 'missing.title' } },
  ],
});

router.beforeEach((to) => {
  const signedIn = useSession().user !== null;
  if (to.meta.for === 'members' && !signedIn) {
    return { name: 'login', query: to.name === 'home' ? {} : { next: to.path } };
  }
  if (to.meta.for === 'guests' && signedIn) return { name: 'home' };
  return true;
});

// A page that is gone with an old release: App.vue offers a reload.
router.onError((error) => {
  if (!outdated.value) console.error(error);
});
