// All that was filed with one e-mail address: the code comes by mail to a real mail server of the test's own. In
// three languages, on a desk and on a phone, and without a script.
import { expect, test } from '@playwright/test';
import { createServer } from 'node:net';
import { start } from './server.mjs';
import { file, sound } from './staff.mjs';

/** A mail server, enough of RFC 5321: what it was brought, message by message. */
async function mailServer() {
  const mails = [];
  const server = createServer((socket) => {
    let [rest, data] = ['', null];
    socket.on('error', () => {});
    socket.write('220 test\r\n');
    socket.on('data', (bytes) => {
      rest += bytes.toString('latin1');
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (data !== null && line === '.') {
          mails.push(data);
          data = null;
          socket.write('250 taken\r\n');
        } else if (data !== null) {
          data += `${line}\n`;
        } else if (line === 'DATA') {
          data = '';
          socket.write('354 go on\r\n');
        } else {
          socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
        }
      }
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { mails, port: server.address().port, stop: () => new Promise((done) => server.close(done)) };
}

/** The text of a message. */
function text(mail) {
  const [head, ...body] = mail.split('\n\n');
  const base64 = /Content-Transfer-Encoding: base64/i.test(head);
  return base64 ? Buffer.from(body.join(''), 'base64').toString() : body.join('\n\n');
}

let [server, mail] = [];
test.beforeAll(async () => {
  mail = await mailServer();
  server = await start(['demo', '--days', '0'], {
    JOLDA_CHANNELS__SMTP__HOST: '127.0.0.1', JOLDA_CHANNELS__SMTP__PORT: String(mail.port),
    JOLDA_CHANNELS__SMTP__TLS: 'none', JOLDA_CHANNELS__SMTP__FROM: 'city@example.kz',
  });
});
test.afterAll(async () => {
  await server?.stop();
  await mail?.stop();
});

const appeal = (email) => ({
  kind: 'fare', text: 'Взяли деньги дважды', language: 'ru', claim: { route_id: null },
  person: { name: 'Айдос Тестов', email },
});

/** The newest code that was sent to an address; a receipt of an appeal is none. */
async function code(email) {
  const sent = () => mail.mails.filter((m) => m.includes(`To: ${email}`)).map((m) => /(?:Код|Code): (\d{6})/.exec(text(m))?.[1]).filter(Boolean);
  await expect.poll(() => sent().length).toBeGreaterThan(0);
  return sent().at(-1);
}

for (const [language, theme] of [['kk', 'dark'], ['ru', 'light'], ['en', 'light']]) {
  test(`from the address to the list and to an appeal, ${language}, ${theme}`, async ({ page }, { project }) => {
    const email = `${language}.${project.name}@example.kz`;
    const [first, second] = [await file(server, appeal(email)), await file(server, appeal(email))];
    await page.goto(`${server.base}/appeals/status?lang=${language}&theme=${theme}`);
    await page.locator('a[href="/my"]').click();
    await sound(page, 'the address');
    await page.locator('#email').fill(email);
    await page.locator('button.primary').click();
    await expect(page.locator('#code')).toBeVisible();
    await sound(page, 'the code');
    await page.locator('#code').fill('000000');
    await page.locator('button.primary').click();
    await expect(page.locator('[role="alert"]')).toBeFocused();
    await sound(page, 'a wrong code');
    await page.locator('#code').fill(await code(email));
    await page.locator('button.primary').click();
    await expect(page.locator('.filed > li')).toHaveCount(2);
    await expect(page.locator('.filed')).toContainText(first.number);
    await sound(page, 'the list');
    await page.locator('.filed > li', { hasText: second.number }).locator('button').click();
    await expect(page.locator('h1')).toHaveText(second.number);
    await page.goto(`${server.base}/my`);
    await page.locator('form[action="/my/leave"] button').click();
    await expect(page.locator('#email')).toBeVisible();
    await page.goto(`${server.base}/my`);
    await expect(page.locator('.filed')).toHaveCount(0);
  });
}

test('all of it works without a script', async ({ browser, viewport }, { project }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport, locale: 'ru-RU' });
  const page = await context.newPage();
  const email = `plain.${project.name}@example.kz`;
  const { number } = await file(server, appeal(email));
  await page.goto(`${server.base}/my?lang=ru`);
  await page.locator('#email').fill(email);
  await page.locator('button.primary').click();
  await page.locator('#code').fill(await code(email));
  await page.locator('button.primary').click();
  await page.locator('.filed button').click();
  await expect(page.locator('h1')).toHaveText(number);
  await context.close();
});
