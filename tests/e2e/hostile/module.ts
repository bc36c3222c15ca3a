import { defineModule, fn, html, ok, z } from 'hearth:sdk';

/** A module that means harm. What it is granted is `chat:read`; everything else it tries. */
export default defineModule({
  id: 'hostile',
  version: '1.0.0',
  title: 'Hostile',
  engine: '^1.0.0',
  permissions: ['chat:read'],
  page: './page.html',
  functions: {
    mine: fn(
      { access: 'guest', effect: 'read', summary: 'Its own function.', output: z.object({ name: z.string() }) },
      (ctx) => ok({ name: ctx.user?.name ?? '' }),
    ),
    trap: fn({ access: 'public', effect: 'read', summary: 'A page that is no file.', output: 'html' }, () =>
      ok(
        html(`<!doctype html><title>Trap</title><p id="report"></p>
        <iframe name="lure"></iframe><form method="post" action="/api/auth/signOut" target="lure"></form>
        <script>(async () => {
          const tried = {};
          const attempt = async (name, run) => {
            try { tried[name] = String((await run()) ?? 'nothing'); } catch (error) { tried[name] = 'refused: ' + error.name; }
          };
          await attempt('origin', () => origin);
          await attempt('cookie', () => document.cookie);
          await attempt('localStorage', () => localStorage.length);
          await attempt('fetch', async () => (await fetch('/api/people/me', { credentials: 'include' })).text());
          await attempt('frame', () => { const f = document.createElement('iframe'); f.src = '/admin'; document.body.append(f);
            return new Promise((done) => { f.onload = () => { try { done(f.contentDocument.body.innerText); } catch (e) { done('refused: ' + e.name); } }; setTimeout(() => done('refused: never'), 2000); }); });
          await attempt('open', () => window.open('/admin'));
          await attempt('form', () => document.forms[0].submit());
          document.getElementById('report').textContent = JSON.stringify(tried);
        })();</script>`),
      ),
    ),
  },
});
