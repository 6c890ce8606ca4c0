// One request to the server and its errors. Knows nothing of logins: the caller brings the token.
import { asObject, asText, optional } from './decode';

export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly code: string,
    readonly fields: Readonly<Record<string, string>> = {},
    /** Seconds to wait, from Retry-After. */
    readonly retryAfter: number | null = null,
  ) {
    super(`${status} ${code}`);
  }

  get tokenRefused(): boolean {
    return this.status === 401 && this.code.startsWith('token_');
  }
}

export interface Answer {
  readonly body: unknown;
  /** True while the list goes on in the direction asked for. */
  readonly more: boolean;
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly body?: unknown;
  readonly token?: string;
  /** Goes out even if the page is left at once. */
  readonly keepalive?: boolean;
}

const timeoutMs = 15_000;

async function errorOf(response: Response): Promise<ApiError> {
  const wait = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  const retryAfter = Number.isNaN(wait) ? null : wait;
  try {
    const it = asObject(await response.json());
    const errors = optional(it['errors'], asObject) ?? {};
    const fields = Object.fromEntries(Object.entries(errors).map(([field, why]) => [field, String(why)]));
    return new ApiError(response.status, optional(it['code'], asText) ?? 'unknown', fields, retryAfter);
  } catch {
    return new ApiError(response.status, 'unknown', {}, retryAfter);
  }
}

/** Throws ApiError for any answer but 2xx, and with status 0 when there is none within 15 s. */
export async function request(path: string, options: RequestOptions = {}): Promise<Answer> {
  const headers = new Headers({ Accept: 'application/json' });
  if (options.token !== undefined) headers.set('Authorization', `Bearer ${options.token}`);
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      cache: 'no-store',
      credentials: 'omit',
      keepalive: options.keepalive ?? false,
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    throw new ApiError(0, 'network');
  }
  if (!response.ok) throw await errorOf(response);
  try {
    const body: unknown = response.status === 204 ? null : await response.json();
    return { body, more: /rel="?next"?/.test(response.headers.get('Link') ?? '') };
  } catch {
    throw new ApiError(0, 'network');
  }
}
