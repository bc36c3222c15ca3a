import { expect, test } from 'bun:test';
import { secure } from '../../server/platform/http/security-headers.ts';

const OPENER = 'cross-origin-opener-policy';
const answer = (headers: Record<string, string>, overHttps = false, response = new Response()) =>
  secure(response, new Request('http://hearth.lan/', { headers }), overHttps).headers;

test('the opener policy is sent over HTTPS, and where the browser says that the page is trustworthy', () => {
  expect(answer({}, true).get(OPENER)).toBe('same-origin');
  expect(answer({ 'sec-fetch-mode': 'navigate' }).get(OPENER)).toBe('same-origin');
});

test('the opener policy is not sent over plain HTTP, where browsers complain about it', () => {
  expect(answer({}).has(OPENER)).toBe(false);
});

test('a response keeps the headers that it sets itself, and gets the others', () => {
  const own = new Response(null, { headers: { 'content-security-policy': 'sandbox' } });
  const headers = answer({}, false, own);
  expect(headers.get('content-security-policy')).toBe('sandbox');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});
