// What to tell a person about a request that failed.
import { ApiError } from '@/api/http';
import { plural, t } from './i18n';

export function failureText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.unexpected');
  if (error.status === 0) return t('error.network');
  if (error.status === 429) return error.retryAfter === null ? t('error.rate_soon') : plural('error.rate', error.retryAfter);
  if (error.status === 503) return t('error.busy');
  return t('error.unexpected');
}
