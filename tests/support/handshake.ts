/** Asks for an upgrade by a plain request, to see how a refusal is answered. */
export const handshake = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    },
  });
