import { createRouter, createWebHistory } from 'vue-router';
import type { TextKey } from '@/app/i18n';
import LoginPage from '@/pages/LoginPage.vue';
import NotFoundPage from '@/pages/NotFoundPage.vue';
import RegisterPage from '@/pages/RegisterPage.vue';
import { useSession } from '@/session/session';

// Two parts: what everybody needs at once, and the chat.
const chatPages = () => import('@/pages/chat_pages');

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may see it; absent: anybody. */
    for?: 'members' | 'guests';
    /** What the window is called; absent: the page sees to it itself. */
    title?: TextKey;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: LoginPage, meta: { for: 'guests', title: 'auth.sign_in' } },
    { path: '/register', name: 'register', component: RegisterPage, meta: { for: 'guests', title: 'auth.register' } },
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
    { path: '/:path(.*)*', name: 'missing', component: NotFoundPage, meta: { title: 'missing.title' } },
  ],
});

router.beforeEach((to) => {
  const signedIn = useSession().user !== null;
  if (to.meta.for === 'members' && !signedIn) {
    return { name: 'login', query: to.name === 'conversation' ? { next: to.path } : {} };
  }
  if (to.meta.for === 'guests' && signedIn) return { name: 'home' };
  return true;
});
