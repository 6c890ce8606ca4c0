// Tokens made and forged by hand.
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export const HEADER = { alg: 'HS256', typ: 'JWT' };

export function parts(token) {
  const [header, claims, signature] = token.split('.');
  const decode = (text) => JSON.parse(Buffer.from(text, 'base64url').toString());
  return { header: decode(header), claims: decode(claims), signature };
}

export function sign(claims, key, header = HEADER, hash = 'sha256') {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac(hash, key).update(input).digest('base64url')}`;
}

export const nowSeconds = () => Math.floor(Date.now() / 1000);

// `good` with its times moved: seconds from now.
export function withTimes(good, key, { iat = -60, nbf = iat, exp }) {
  const now = nowSeconds();
  return sign({ ...parts(good).claims, iat: now + iat, nbf: now + nbf, exp: now + exp }, key);
}

// Another text that decodes to the same bytes if unused bits are not checked.
function nonCanonical(text) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1)) ^ 1];
}

// A5: name → token, each one to be refused as token_invalid.
export function forgeries(good, key) {
  const { claims, signature } = parts(good);
  const [header, payload] = good.split('.');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const rsa = (() => {
    const input = `${encode({ alg: 'RS256', typ: 'JWT' })}.${payload}`;
    return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey).toString('base64url')}`;
  })();
  const otherId = { ...claims, sub: typeof claims.sub === 'string' ? '1000000' : 1_000_000 };
  const list = {
    'alg none, empty signature': `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
    'alg None, empty signature': `${encode({ alg: 'None' })}.${payload}.`,
    'alg none, the old signature': `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.${signature}`,
    'alg none, signed': sign(claims, key, { alg: 'none', typ: 'JWT' }),
    'no alg, signed': sign(claims, key, { typ: 'JWT' }),
    'wrong key': sign(claims, Buffer.alloc(32, 7)),
    'empty key': sign(claims, ''),
    'key with a line break added': sign(claims, Buffer.concat([key, Buffer.from('\n')])),
    'RS256, signed by RSA': rsa,
    'RS256 header, signed by the key': sign(claims, key, { alg: 'RS256', typ: 'JWT' }),
    'HS256, signed by a public key': sign(claims, pem),
    'HS384, signed by the key': sign(claims, key, { alg: 'HS384', typ: 'JWT' }, 'sha384'),
    'HS512, signed by the key': sign(claims, key, { alg: 'HS512', typ: 'JWT' }, 'sha512'),
    'kid of an empty file': sign(claims, '', { ...HEADER, kid: '../../../../dev/null' }),
    'kid with SQL': sign(claims, 'x', { ...HEADER, kid: "x' UNION SELECT 'x" }),
    'jwk in the header': sign(claims, Buffer.alloc(32, 1), {
      ...HEADER,
      jwk: { kty: 'oct', k: Buffer.alloc(32, 1).toString('base64url') },
    }),
    'jku in the header': sign(claims, Buffer.alloc(32, 1), { ...HEADER, jku: 'http://127.0.0.1:9/keys' }),
    'another person, the old signature': `${header}.${encode(otherId)}.${signature}`,
    'later end, the old signature': `${header}.${encode({ ...claims, exp: claims.exp + 1e6 })}.${signature}`,
    'an empty signature': `${header}.${payload}.`,
    'no signature': `${header}.${payload}`,
    'a cut signature': good.slice(0, -1),
    'a signature with one bit changed': `${header}.${payload}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`,
    'trailing bytes': `${good}AAAA`,
    'a trailing dot': `${good}.`,
    'a fourth part': `${good}.${signature}`,
    padding: `${good}=`,
    'a non-canonical signature': nonCanonical(good),
    'a non-canonical payload':
      payload.length % 4 ? `${header}.${nonCanonical(payload)}.${signature}` : `${header}.${payload}=.${signature}`,
    'standard Base64': `${header}.${payload}.${'+/'.repeat(21)}A`,
    'a blank within': `${header}. ${payload}.${signature}`,
    'claims that are no object': sign([], key),
    'claims that are no JSON': sign('x', key),
    'no sub': sign({ ...claims, sub: undefined }, key),
    'a sub that is no id': sign({ ...claims, sub: 'me' }, key),
    'no exp': sign({ ...claims, exp: undefined }, key),
    'exp as text': sign({ ...claims, exp: String(claims.exp) }, key),
    'not a token': 'abc',
    'dots only': '..',
  };
  for (const [name, token] of Object.entries(list)) if (token === good) delete list[name];
  return list;
}
