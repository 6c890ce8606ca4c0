// Component and store tests read English.
import { useTexts } from '@/app/i18n';
import { en } from '@/locales/en';

useTexts(en, 'en');
