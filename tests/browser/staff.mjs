// The staff of a demo: signed in on a page, or by requests of their own.
import { expect } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Signs in on the page, and goes to `path`. */
export async function sit(page, server, login, path, query = '?lang=ru') {
  await page.goto(`${server.base}/staff/sign-in?lang=ru`);
  await page.getByLabel('Логин').fill(login);
  await page.getByLabel('Пароль').fill(server.password());
  await page.locator('form.form button.primary').first().click();
  await expect(page.locator('.staff-bar')).toBeVisible();
  await page.goto(`${server.base}${path}${query}`);
}

/** Requests of one of the staff: `ask(path, body)` gives the JSON of the answer. */
export async function staff(server, login) {
  const headers = { origin: server.base, 'content-type': 'application/json' };
  const post = (path, body, more = {}) => fetch(`${server.base}${path}`, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });
  const signed = await post('/api/v1/staff/sign-in', { login, password: server.password() });
  expect(signed.status, login).toBe(200);
  const cookie = signed.headers.getSetCookie()[0].split(';')[0];
  return async (path, body) => {
    const answer = body ? await post(path, body, { cookie }) : await fetch(`${server.base}${path}`, { headers: { cookie } });
    const text = await answer.text();
    expect(answer.status, `${path}: ${text}`).toBeLessThan(300);
    return JSON.parse(text);
  };
}

/** Files an appeal as a program does: number and PIN. */
export async function file(server, appeal) {
  const answer = await fetch(`${server.base}/api/v1/appeals`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(appeal) });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return answer.json();
}

/** Answers an appeal of a kind that no record answers. */
export async function answered(server, number) {
  const [handler, head] = [await staff(server, 'handler'), await staff(server, 'head')];
  const give = async (who, command) => {
    const path = `/api/v1/staff/appeals/${number}`;
    const { version } = await who(path);
    return who(`${path}/commands`, { version, ...command });
  };
  await give(handler, { command: 'begin' });
  await give(handler, { command: 'draft_answer', language: 'ru', body: 'Кондуктор предупреждён.', legal_basis: 'АППК, статья 76', right_of_appeal: 'Можно обжаловать в суде' });
  await give(handler, { command: 'submit_answer' });
  await give(head, { command: 'approve_answer' });
  await give(handler, { command: 'send_answer', by: 'cabinet' });
}

/** Clean to axe, and nothing wider than the screen. */
export async function sound(page, name) {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(wide, `${name} is wider than the screen`).toBeLessThanOrEqual(screen);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  expect(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html).join(' | ')}`), name).toEqual([]);
  if (process.env.JOLDA_SHOTS) await page.screenshot({ path: `${process.env.JOLDA_SHOTS}/${name}-${screen}.png`, fullPage: true });
}
