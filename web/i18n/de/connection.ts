import type { connection as english } from '../en/connection.ts';
import type { Translation } from '../types.ts';

export const connection: Translation<typeof english> = {
  'connection.label': 'Verbindung',
  'connection.connecting': 'Verbindet …',
  'connection.recovering': 'Holt nach, was du verpasst hast …',
  'connection.degraded': 'Live-Verbindung blockiert: Neues kommt verzögert an.',
  'connection.offline': 'Keine Verbindung.',
  'connection.offlineHint': 'Was du schreibst, bleibt erhalten und wird später gesendet.',
  'connection.nextAttempt': 'Nächster Versuch in {count} s.',
  'connection.refused': 'Der Server hat die Verbindung abgelehnt.',
  'connection.online': 'Wieder verbunden.',
  'connection.tryNow': 'Jetzt versuchen',
};
