export const connection = {
  'connection.label': 'Connection',
  'connection.connecting': 'Connecting …',
  'connection.recovering': 'Catching up on what you missed …',
  'connection.degraded': 'Live connection blocked: updates arrive with a delay.',
  'connection.offline': 'No connection.',
  'connection.offlineHint': 'What you write is kept and sent later.',
  'connection.nextAttempt': 'Next attempt in {count} s.',
  'connection.refused': 'The server refused the connection.',
  'connection.online': 'Connected again.',
  'connection.tryNow': 'Try now',
} as const;
