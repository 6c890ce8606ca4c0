import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { startLanguage } from './app/language';
import { router } from './router';
import './styles/app.css';

await startLanguage();
createApp(App).use(createPinia()).use(router).mount('#app');
