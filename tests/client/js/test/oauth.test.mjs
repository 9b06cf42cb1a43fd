// The whole round of OAuth through clients that others wrote.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import PassportStrategy from 'passport-pipedrive';
import { v1, v2 } from 'pipedrive';
import { AuthorizationCode } from 'simple-oauth2';
import { CALLBACK, decide, registerApp, server, works } from '../../../support/consent.mjs';

test('simple-oauth2', async () => {
  const app = await registerApp();
  const client = new AuthorizationCode({
    client: { id: app.client_id, secret: app.client_secret },
    auth: { tokenHost: server, tokenPath: '/oauth/token', authorizePath: '/oauth/authorize', revokePath: '/oauth/revoke' },
  });
  const state = 'a b&c=d é+%20';
  const address = client.authorizeURL({ redirect_uri: CALLBACK, scope: ['deals:full'], state });
  const denied = await decide(address, 'cancel');
  assert.deepEqual([...denied.searchParams], [['error', 'user_denied'], ['state', state]]);
  const back = await decide(address);
  assert.equal(back.searchParams.get('state'), state);

  let token = await client.getToken({ code: back.searchParams.get('code'), redirect_uri: CALLBACK });
  assert.equal(token.expired(), false);
  assert.ok(await works(token.token.access_token));
  const { refresh_token: kept } = token.token;
  token = await token.refresh();
  assert.equal(token.token.refresh_token, kept);
  const { access_token: access } = token.token;
  await token.revoke('access_token');
  assert.equal(await works(access), false);
  await token.revokeAll();
  await assert.rejects(token.refresh(), (error) => {
    assert.equal(error.output.statusCode, 400);
    assert.equal(error.data.payload.message, 'Invalid grant: refresh_token is invalid');
    return true;
  });
});

test('openid-client finds the endpoints by itself and uses PKCE', async () => {
  const app = await registerApp();
  const config = await openid.discovery(new URL(server), app.client_id, app.client_secret, undefined, {
    algorithm: 'oauth2', execute: [openid.allowInsecureRequests],
  });
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK, scope: 'deals:full', state, code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const back = await decide(address.href);
  await assert.rejects(openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: openid.randomPKCECodeVerifier(), expectedState: state }), { error: 'invalid_grant', status: 400 });
  const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state });
  assert.equal(tokens.token_type, 'bearer');
  assert.ok(tokens.expiresIn() > 3590);
  const me = await openid.fetchProtectedResource(config, tokens.access_token, new URL(`${server}/v1/users/me`), 'GET');
  assert.equal((await me.json()).success, true);
  const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(refreshed.refresh_token, tokens.refresh_token);
  await openid.tokenRevocation(config, refreshed.refresh_token, { token_type_hint: 'refresh_token' });
  assert.equal(await works(refreshed.access_token), false);
  await assert.rejects(openid.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant', status: 400 });
});

test('oauth4webapi, for an app that can keep no secret', async () => {
  const app = await registerApp({ is_public: true });
  assert.equal(app.client_secret, undefined);
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(server);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
  const client = { client_id: app.client_id };
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const address = new URL(as.authorization_endpoint);
  address.search = new URLSearchParams({
    client_id: app.client_id, redirect_uri: CALLBACK, response_type: 'code', state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const params = oauth.validateAuthResponse(as, client, await decide(address.href), state);
  const grant = async () => oauth.processAuthorizationCodeResponse(as, client, await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), params, CALLBACK, verifier, insecure));
  const tokens = await grant();
  assert.ok(await works(tokens.access_token));
  const refreshed = await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh_token, insecure));
  assert.ok(await works(refreshed.access_token));
  // The same code again ends it all.
  await assert.rejects(grant(), { error: 'invalid_grant' });
  assert.equal(await works(tokens.access_token), false);
  assert.equal(await works(refreshed.access_token), false);
  // Clients know the errors of a denied request.
  const denied = await decide(address.href, 'cancel');
  assert.throws(() => oauth.validateAuthResponse(as, client, denied, state), { error: 'user_denied' });
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, oauth.None(), tokens.refresh_token, insecure));
});

test('oauth4webapi, with the secret in the header and in the body', async () => {
  const app = await registerApp();
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(server);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
  const client = { client_id: app.client_id };
  const query = new URLSearchParams({ client_id: app.client_id, redirect_uri: CALLBACK });
  for (const auth of [oauth.ClientSecretBasic(app.client_secret), oauth.ClientSecretPost(app.client_secret)]) {
    const params = oauth.validateAuthResponse(as, client, await decide(`${as.authorization_endpoint}?${query}`));
    const response = await oauth.authorizationCodeGrantRequest(as, client, auth, params, CALLBACK, oauth.nopkce, insecure);
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response);
    assert.ok(await works(tokens.access_token));
  }
  const wrong = await oauth.refreshTokenGrantRequest(as, client, oauth.ClientSecretBasic('wrong'), 'x', insecure);
  await assert.rejects(oauth.processRefreshTokenResponse(as, client, wrong), (error) => {
    assert.deepEqual(error.cause.map(({ scheme, parameters }) => [scheme, parameters.realm]), [['basic', 'Service']]);
    assert.equal(error.response.status, 401);
    return true;
  });
});

/** What a passport strategy comes to with a request: ['redirect' | 'success' | 'fail', …]. */
const pass = (strategy, request, options) => new Promise((done, fail) => {
  const run = Object.create(strategy);
  run.redirect = (address) => done(['redirect', address]);
  run.success = (user) => done(['success', user]);
  run.fail = (challenge) => done(['fail', challenge]);
  run.error = fail;
  run.authenticate(request, options);
});

test('passport-pipedrive', async () => {
  const app = await registerApp();
  const strategy = new PassportStrategy({
    clientID: app.client_id, clientSecret: app.client_secret, callbackURL: CALLBACK, state: true,
    authorizationURL: `${server}/oauth/authorize`, tokenURL: `${server}/oauth/token`, userProfileURL: `${server}/v1/users/me`,
  }, (accessToken, refreshToken, profile, done) => done(null, { accessToken, refreshToken, profile }));
  const session = {};
  const [kind, address] = await pass(strategy, { query: {}, session }, {});
  assert.equal(kind, 'redirect');
  const back = await decide(address);
  const [outcome, user] = await pass(strategy, { query: Object.fromEntries(back.searchParams), session }, {});
  assert.equal(outcome, 'success');
  assert.equal(user.profile.is_you, true);
  assert.ok(await works(user.accessToken));
  assert.match(user.refreshToken, /^\d+:\d+:[0-9a-f]{40}$/);
});

test('OAuth2Configuration of the official SDK', async () => {
  const app = await registerApp();
  const config = new v1.OAuth2Configuration({ clientId: app.client_id, clientSecret: app.client_secret, redirectUri: CALLBACK, host: server });
  const updates = [];
  config.onTokenUpdate = (token) => updates.push(token);
  const back = await decide(config.authorizationUrl);
  const token = await config.authorize(back.searchParams.get('code'));
  assert.equal(token.scope, 'base,deals:full,users:read');
  assert.equal(config.basePath, `${server}/api/v1`);
  const me = await new v1.UsersApi(new v1.Configuration({ accessToken: config.getAccessToken, basePath: config.basePath })).getCurrentUser();
  assert.equal(me.success, true);
  const deals = new v2.DealsApi(new v2.Configuration({ accessToken: config.getAccessToken, basePath: `${token.api_domain}/api/v2` }));
  const deal = await deals.addDeal({ AddDealRequest: { title: 'By an app' } });
  assert.equal(deal.data.title, 'By an app');
  await assert.rejects(new v1.LeadsApi(new v1.Configuration({ accessToken: config.getAccessToken, basePath: config.basePath })).getLeads(), (error) => {
    assert.equal(error.error ?? error.response?.data?.error, 'Scope and URL mismatch');
    return true;
  });
  // An hour later the SDK refreshes by itself.
  config.expiresAt = Date.now() - 1;
  const refreshed = await config.getAccessToken();
  assert.notEqual(refreshed, token.access_token);
  assert.equal(updates.at(-1).access_token, refreshed);
  await config.revokeToken('access_token');
  assert.equal(await works(refreshed), false);
  assert.equal(await works(token.access_token), true);
  await config.revokeToken('refresh_token');
  assert.equal(await works(token.access_token), false);
});
