// The SDK, pointed at the server under test. PENSTOCK_URL and PENSTOCK_TOKEN name it.
import { v1, v2 } from 'pipedrive';

const { PENSTOCK_URL, PENSTOCK_TOKEN } = process.env;
if (!PENSTOCK_URL || !PENSTOCK_TOKEN) throw new Error('set PENSTOCK_URL and PENSTOCK_TOKEN (an API token of an admin user)');

const PATIENCE = 40;

/** The paths are those of the SDK's own defaults: /v1 for the old version, /api/v2 for the new one. */
export const settings = (token = PENSTOCK_TOKEN) => ({
  old: new v1.Configuration({ apiKey: token, basePath: `${PENSTOCK_URL}/v1` }),
  current: new v2.Configuration({ apiKey: token, basePath: `${PENSTOCK_URL}/api/v2` }),
});

/**
 * An API whose calls wait when the burst limit is reached. The SDK rejects with the body of an answer, so the
 * limit is told by its `errorCode`.
 */
function patient(api) {
  return new Proxy(api, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args) => {
        for (let attempt = 0; ; attempt += 1) {
          try {
            return await method.apply(target, args);
          } catch (error) {
            if (error?.errorCode !== 429 || attempt === PATIENCE) throw error;
            await new Promise((done) => { setTimeout(done, 250); });
          }
        }
      };
    },
  });
}

const { old, current } = settings();

/** API version 1. */
export const one = {
  currencies: patient(new v1.CurrenciesApi(old)),
  dealFields: patient(new v1.DealFieldsApi(old)),
  deals: patient(new v1.DealsApi(old)),
  organizationFields: patient(new v1.OrganizationFieldsApi(old)),
  organizations: patient(new v1.OrganizationsApi(old)),
  personFields: patient(new v1.PersonFieldsApi(old)),
  persons: patient(new v1.PersonsApi(old)),
  pipelines: patient(new v1.PipelinesApi(old)),
  productFields: patient(new v1.ProductFieldsApi(old)),
  stages: patient(new v1.StagesApi(old)),
  userSettings: patient(new v1.UserSettingsApi(old)),
  users: patient(new v1.UsersApi(old)),
};

/** API version 2. */
export const two = {
  dealFields: patient(new v2.DealFieldsApi(current)),
  deals: patient(new v2.DealsApi(current)),
  organizationFields: patient(new v2.OrganizationFieldsApi(current)),
  organizations: patient(new v2.OrganizationsApi(current)),
  personFields: patient(new v2.PersonFieldsApi(current)),
  persons: patient(new v2.PersonsApi(current)),
  pipelines: patient(new v2.PipelinesApi(current)),
  productFields: patient(new v2.ProductFieldsApi(current)),
  stages: patient(new v2.StagesApi(current)),
  users: patient(new v2.UsersApi(current)),
};

const tag = Math.random().toString(36).slice(2, 8);

/** A name that no other run uses. */
export const named = (text) => `${text} ${tag}`;

export const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
export const V1_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** A new user to follow, own and share things with. */
export async function addColleague(name) {
  const email = `${name}-${tag}@example.com`;
  return (await one.users.addUser({ AddUserRequest: { email, access: [{ app: 'sales' }], active_flag: true } })).data;
}

/** A new pipeline with stages of the given names: { id, stages: [ids] }. */
export async function addPipeline(name, stageNames) {
  const { data: { id } } = await two.pipelines.addPipeline({ AddPipelineRequest: { name: named(name), is_deal_probability_enabled: true } });
  const stages = [];
  for (const stage of stageNames) {
    stages.push((await two.stages.addStage({ AddStageRequest: { name: stage, pipeline_id: id } })).data.id);
  }
  return { id, stages };
}

export const addDeal = async (title, more = {}) => (await two.deals.addDeal({ AddDealRequest: { title: named(title), ...more } })).data;
export const addPerson = async (name, more = {}) => (await two.persons.addPerson({ AddPersonRequest: { name: named(name), ...more } })).data;
export const addOrganization = async (name, more = {}) => (await two.organizations.addOrganization({ AddOrganizationRequest: { name: named(name), ...more } })).data;
