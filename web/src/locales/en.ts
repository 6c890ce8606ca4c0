// Every string a person reads or hears, by key. `{name}` is filled in; an entry with `one` and `other` is chosen by the
// language's plural rule. Another language is another file of this shape (see languages.ts).
export interface Plural {
  readonly zero?: string;
  readonly one?: string;
  readonly two?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

export const en = {
  'app.name': 'Parley',
  'app.tagline': 'Conversations that stay with you.',
  'app.pitch': 'One place where customers and the people who help them write to each other. Nothing gets lost, nothing waits.',
  'app.skip': 'Skip to content',
  'app.new_version': 'A new version is ready.',
  'app.reload': 'Reload',

  'auth.sign_in': 'Sign in',
  'auth.sign_in.title': 'Welcome back',
  'auth.sign_in.hint': 'Sign in to go on with your conversations.',
  'auth.sign_in.none': 'New here?',
  'auth.sign_in.to_register': 'Create account',
  'auth.register': 'Create account',
  'auth.register.title': 'Create your account',
  'auth.register.hint': 'It takes less than a minute.',
  'auth.register.have': 'Already registered?',
  'auth.busy': 'One moment…',
  'auth.email': 'E-mail',
  'auth.password': 'Password',
  'auth.password.rule': 'At least 8 characters.',
  'auth.characters.show': 'Show characters',
  'auth.name': 'Name',
  'auth.role': 'I am here as',
  'auth.role.user': 'Customer',
  'auth.role.user.hint': 'I have a question for the team.',
  'auth.role.admin': 'Admin',
  'auth.role.admin.hint': 'I answer customers.',
  'auth.ended': 'Your session has ended. Please sign in again.',
  'auth.error.credentials': 'E-mail or password is not right.',
  'auth.error.email': 'Please enter a valid e-mail address.',
  'auth.error.email_taken': 'This e-mail address already has an account.',
  'auth.error.name': 'Please enter your name, at most 100 characters.',
  'auth.error.password_short': 'Please choose at least 8 characters.',
  'auth.error.password_long': 'Please choose a shorter password (128 bytes at most).',
  'auth.error.password_weak': 'Please choose another password: this one is too short, too long or too common.',
  'auth.error.password_missing': 'Please enter your password.',
  'auth.error.admin_closed': 'Admin accounts cannot be created here. Please ask the person who runs this server.',

  'account.menu': 'Account and settings',
  'account.theme': 'Appearance',
  'account.theme.system': 'Same as system',
  'account.theme.light': 'Light',
  'account.theme.dark': 'Dark',
  'account.language': 'Language',
  'account.log_out': 'Log out',
  'account.role.admin': 'Admin',
  'account.role.user': 'Customer',

  'people.customers': 'Customers',
  'people.team': 'Team',
  'people.support': 'Support team',
  'people.list': 'Conversations',
  'people.filter': 'Search people',
  'people.none_found': 'Nobody here is called “{text}”.',
  'people.clear_filter': 'Clear search',
  'people.empty.admin': 'No customer has registered yet.',
  'people.empty.user': 'Nobody from the team is here yet.',
  'people.check': 'Check again',
  'people.new': 'Start a conversation',
  'people.you': 'You: {text}',
  'people.unread': { one: '{n} unread message', other: '{n} unread messages' } as Plural,
  'people.unread_max': '{n}+',
  'people.failed': 'The list of people could not be loaded.',
  'people.unknown': 'Former contact {id}',
  'people.not_sent': 'Not sent',

  'home.admin.title': 'Good to see you, {name}',
  'home.admin.text': 'Choose a customer on the left to read along and answer.',
  'home.user.title': 'How can we help, {name}?',
  'home.user.text': 'Choose somebody from the team and write what is on your mind.',
  'home.user.start': 'Write to {name}',
  'home.admin.start': 'Open {name}',

  'chat.title': 'Conversation with {name}',
  'chat.back': 'Back to the list',
  'chat.history': 'Messages with {name}',
  'chat.beginning': 'Beginning of conversation',
  'chat.empty': 'No messages yet. Say hello to {name}.',
  'chat.empty.action': 'Write a message',
  'chat.older_failed': 'Older messages could not be loaded.',
  'chat.failed': 'The conversation could not be loaded.',
  'chat.loading_older': 'Loading older messages…',
  'chat.loading': 'Loading…',
  'chat.new': 'New',
  'chat.jump': 'Jump to the latest message',
  'chat.jump_new': { one: '{n} new message', other: '{n} new messages' } as Plural,
  'chat.announce': 'New message from {name}: {text}',
  'chat.you': 'You',
  'chat.closed': 'You cannot write to this person any more.',

  'composer.label': 'Message to {name}',
  'composer.placeholder': 'Write a message…',
  'composer.send': 'Send',
  'composer.left': { one: '{n} character left', other: '{n} characters left' } as Plural,
  'composer.over': { one: '{n} character too long', other: '{n} characters too long' } as Plural,
  'composer.hint': 'Enter sends, Shift+Enter starts a new line',

  'message.queued': 'Queued',
  'message.sending': 'Sending',
  'message.sent': 'Sent',
  'message.read': 'Read',
  'message.not_sent': 'Not sent',
  'message.not_sent.reason': 'Not sent: {reason}',
  'message.retry': 'Retry',
  'message.delete': 'Delete',
  'message.why.receiver_not_found': 'this person cannot be written to',
  'message.why.storage_unavailable': 'the server cannot store messages right now',
  'message.why.invalid_payload': 'the server did not accept this text',
  'message.why.timeout': 'the server did not answer',

  'link.reconnecting': 'Reconnecting…',
  'link.offline': 'Offline: messages will be sent later',

  'error.network': 'The server cannot be reached. Please check your connection.',
  'error.busy': 'The server is busy. Please try again in a moment.',
  'error.rate': { one: 'Too many tries. Please wait {n} second.', other: 'Too many tries. Please wait {n} seconds.' } as Plural,
  'error.rate_soon': 'Too many tries. Please wait a moment.',
  'error.unexpected': 'Something went wrong on our side. Please try again.',
  'error.retry': 'Retry',

  'missing.title': 'There is nothing here',
  'missing.text': 'The page you are looking for does not exist, or it is not yours to see.',
  'missing.home': 'Back to the start',

  'time.today': 'Today',
  'time.yesterday': 'Yesterday',
} as const;

type English = typeof en;

/** What each language has: a text for every key, a Plural where English has one. */
export type Messages = { readonly [K in keyof English]: English[K] extends Plural ? Plural : string };
