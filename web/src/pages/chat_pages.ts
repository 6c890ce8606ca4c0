export { default as ChatPage } from './ChatPage.vue';
export { default as ConversationPane } from './ConversationPane.vue';
export { default as HomePane } from './HomePane.vue';
