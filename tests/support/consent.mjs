// What a user does in a browser to let an app in, by plain requests. PENSTOCK_EMAIL and PENSTOCK_PASSWORD name the user.
const { PENSTOCK_URL, PENSTOCK_TOKEN, PENSTOCK_EMAIL, PENSTOCK_PASSWORD } = process.env;
if (!PENSTOCK_EMAIL || !PENSTOCK_PASSWORD) throw new Error('set PENSTOCK_EMAIL and PENSTOCK_PASSWORD (of an admin user)');

export const server = PENSTOCK_URL;
export const user = { email: PENSTOCK_EMAIL, password: PENSTOCK_PASSWORD };

/** The address that apps are sent back to; nothing needs to answer there. */
export const CALLBACK = 'http://127.0.0.1:9/callback';

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const plain = (html) => html.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]);

/** Registers an app; gives { id, client_id, client_secret, … }. */
export async function registerApp(settings = {}) {
  const response = await fetch(`${server}/api/penstock/apps`, {
    method: 'POST',
    headers: { 'x-api-token': PENSTOCK_TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Client test', redirect_uris: [CALLBACK], scopes: ['deals:full', 'users:read'], ...settings }),
  });
  const body = await response.json();
  if (response.status !== 201) throw new Error(JSON.stringify(body));
  return body.data;
}

const post = (path, fields, cookie) => fetch(`${server}${path}`, {
  method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers: cookie ? { cookie } : {},
});

let cookie;
async function signedIn() {
  if (!cookie) {
    const response = await post('/sign-in', user);
    if (response.status !== 303) throw new Error(`signing in: ${response.status} ${await response.text()}`);
    [cookie] = response.headers.get('set-cookie').split(';');
  }
  return cookie;
}

/** Opens the address that an app has made and presses a button; gives the URL that the browser is sent to. */
export async function decide(address, decision = 'allow') {
  const { pathname, search, origin } = new URL(address);
  const known = ['/oauth/authorize', '/oauth/authorize/discovered'];
  if (origin !== new URL(server).origin || !known.includes(pathname)) throw new Error(`${address} is no address to authorize at`);
  const page = await fetch(address, { headers: { cookie: await signedIn() }, redirect: 'manual' });
  const html = await page.text();
  if (page.status !== 200) throw new Error(`${search}: ${page.status} ${html}`);
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, name, value]) => [plain(name), plain(value)]);
  const response = await post(pathname, [...fields, ['decision', decision]], cookie);
  if (response.status !== 303) throw new Error(`the decision: ${response.status} ${await response.text()}`);
  return new URL(response.headers.get('location'));
}

/** Whether an access token is good. */
export async function works(token) {
  const response = await fetch(`${server}/v1/users/me`, { headers: { authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
  return response.status === 200;
}
