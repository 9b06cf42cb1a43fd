// The two pages of OAuth in a real browser, with the keyboard only. CHROMIUM names the program, else it is looked for.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { launch } from 'puppeteer-core';
import { registerApp, server, user } from '../../../support/consent.mjs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-headless-shell', '/usr/bin/google-chrome'];
const SETTLE_LIMIT_MS = 10_000;

let browser;
let receiver;
let callback;

before(async () => {
  const executablePath = process.env.CHROMIUM ?? PLACES.find(existsSync);
  if (!executablePath) throw new Error('no Chromium was found: run "make setup", or name one with CHROMIUM');
  browser = await launch({ executablePath, headless: 'shell', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  receiver = createServer((request, response) => response.end('<!doctype html><title>Back in the app</title>'));
  await new Promise((done) => { receiver.listen(0, '127.0.0.1', done); });
  callback = `http://127.0.0.1:${receiver.address().port}/callback`;
});

after(async () => {
  await browser?.close();
  receiver?.close();
});

/** A page of its own, with what it does wrong: requests elsewhere, scripts, and what the policy has stopped. */
async function open(scheme) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  const wrong = [];
  page.on('console', (message) => { if (message.type() === 'error') wrong.push(message.text()); });
  page.on('pageerror', (error) => wrong.push(error.message));
  return { page, wrong, close: () => context.close() };
}

/** What of the accessibility tree `pick` gives: what a screen reader tells. */
async function told(page, pick) {
  const session = await page.createCDPSession();
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return pick(nodes.filter((node) => !node.ignored));
}

/** Role and name of what has the focus. */
const focused = (page) => told(page, (nodes) => {
  const node = nodes.find(({ properties }) => properties?.some(({ name, value }) => name === 'focused' && value.value) && !properties.some(({ name }) => name === 'url'));
  return [node?.role?.value, node?.name?.value];
});

const names = (page, role) => told(page, (nodes) => nodes.filter((node) => node.role?.value === role).map((node) => node.name?.value));

/** Waits until `look` gives what is expected: a browser moves the focus and tells of it when it next draws. */
async function becomes(look, expected) {
  const end = Date.now() + SETTLE_LIMIT_MS;
  while (Date.now() < end && !isDeepStrictEqual(await look(), expected)) await sleep(20);
  assert.deepEqual(await look(), expected);
}

const becomesFocused = (page, role, name) => becomes(() => focused(page), [role, name]);

/** Waits until the page was drawn: keys that come before that are lost. */
const drawn = (page) => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));

async function visit(page, address) {
  const response = await page.goto(address);
  await drawn(page);
  return response;
}

/** Presses a key that leads to another page. */
async function leave(page, key) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
  await drawn(page);
}

/** Writes into the field that has the focus. */
async function write(page, text) {
  await page.keyboard.type(text);
  await becomes(() => page.evaluate(() => document.activeElement.value), text);
}

/** How much text and ground differ (WCAG 2.1), for each button and the text. */
const contrasts = (page) => page.evaluate(() => {
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const light = (color) => {
    const [red, green, blue] = numbers(color).map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return numbers(color)[3] === 0 && element.parentElement ? ground(element.parentElement) : color;
  };
  return [...document.querySelectorAll('h1, p, li, button, label')].map((element) => {
    const [one, other] = [light(getComputedStyle(element).color), light(ground(element))];
    return [element.textContent.trim(), (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
  });
});

const ask = (app, state) => `${server}/oauth/authorize?${new URLSearchParams({ client_id: app.client_id, redirect_uri: callback, state })}`;

for (const scheme of ['light', 'dark']) {
  test(`somebody signs in and lets an app in with the keyboard, ${scheme}`, async () => {
    const app = await registerApp({ name: '<b>Bridge</b>', redirect_uris: [callback] });
    const { page, wrong, close } = await open(scheme);
    await visit(page, ask(app, 'a b'));
    assert.equal(new URL(page.url()).pathname, '/oauth/authorize');
    await becomes(() => names(page, 'heading'), ['Sign in']);
    await becomesFocused(page, 'textbox', 'E-mail address');
    await write(page, user.email);
    await page.keyboard.press('Tab');
    await becomesFocused(page, 'textbox', 'Password');
    await write(page, 'wrong');
    await leave(page, 'Enter');
    await becomes(async () => (await names(page, 'alert')).length, 1);
    await becomesFocused(page, 'textbox', 'Password');
    await write(page, user.password);
    await page.keyboard.press('Tab');
    await becomesFocused(page, 'button', 'Sign in');
    for (const [text, contrast] of await contrasts(page)) assert.ok(contrast >= 4.5, `${text}: ${contrast}`);
    await leave(page, 'Enter');

    assert.equal(new URL(page.url()).pathname, '/oauth/authorize');
    await becomes(() => names(page, 'heading'), ['Let <b>Bridge</b> in?', 'It will be able to']);
    await becomes(() => names(page, 'list'), ['It will be able to']);
    await becomes(() => names(page, 'button'), ['Allow', 'Cancel']);
    for (const [text, contrast] of await contrasts(page)) assert.ok(contrast >= 4.5, `${text}: ${contrast}`);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(background.match(/\d+/g).map(Number).every((part) => part > 128), scheme === 'light', background);
    await page.keyboard.press('Tab');
    await becomesFocused(page, 'button', 'Allow');
    await page.keyboard.press('Tab');
    await becomesFocused(page, 'button', 'Cancel');
    await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    await page.keyboard.up('Shift');
    await becomesFocused(page, 'button', 'Allow');
    await leave(page, 'Space');

    // The policy lets the form lead to the app, and to no other place.
    const back = new URL(page.url());
    assert.equal(back.origin + back.pathname, callback);
    assert.equal(back.searchParams.get('state'), 'a b');
    assert.match(back.searchParams.get('code'), /^\d+\.\d+\.[0-9a-f]{40}$/);
    // The wrong password was one answer of 401, which a browser notes; nothing else was wrong.
    assert.deepEqual(wrong.filter((text) => !/401/.test(text)), []);

    // The next time nobody has to sign in.
    await visit(page, ask(app, 'c'));
    await page.keyboard.press('Tab');
    await becomesFocused(page, 'button', 'Allow');
    await page.keyboard.press('Tab');
    await becomesFocused(page, 'button', 'Cancel');
    await leave(page, 'Enter');
    assert.deepEqual([...new URL(page.url()).searchParams], [['error', 'user_denied'], ['state', 'c']]);
    await close();
  });
}

test('no other site shows the pages in a frame', async () => {
  const app = await registerApp({ redirect_uris: [callback] });
  const { page, close } = await open('light');
  for (const path of ['/sign-in', new URL(ask(app, 'x')).pathname + new URL(ask(app, 'x')).search]) {
    await visit(page, callback);
    const blocked = page.waitForEvent ? undefined : new Promise((done) => { page.on('console', (message) => { if (/frame/i.test(message.text())) done(message.text()); }); });
    await page.evaluate((address) => { document.body.append(Object.assign(document.createElement('iframe'), { src: address })); }, server + path);
    assert.match(await blocked, /frame-ancestors|X-Frame-Options/i);
    assert.ok(page.frames().every((frame) => !frame.url().startsWith(server)));
  }
  await close();
});

test('an address that was not registered ends on a page that says so', async () => {
  const app = await registerApp({ redirect_uris: ['https://app.example/callback'] });
  const { page, close } = await open('light');
  const response = await visit(page, ask(app, 'x'));
  assert.equal(response.status(), 400);
  assert.equal(new URL(page.url()).origin, new URL(server).origin);
  await becomes(async () => (await names(page, 'heading')).length, 1);
  await close();
});
