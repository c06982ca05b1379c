import { newId } from '../ids.mjs';
import { notSimulated, refused } from './errors.mjs';
import { NO_CAUSE } from './events.mjs';
import {
  anything,
  boolean,
  email,
  metadata,
  oneOf,
  paging,
  required,
  shape,
  string,
  webAddress,
} from './parameters.mjs';
import { account as accountShape, requirements } from './shapes.mjs';

const LINK_SECONDS = 5 * 60;

const capability = shape({ requested: boolean });

const CAPABILITIES = (value, name) => {
  const names = Object.keys(Object(value));
  return shape(Object.fromEntries(names.map((each) => [each, capability])))(value, name);
};

const UPDATE = {
  account_token: string(),
  business_profile: anything,
  business_type: oneOf('company', 'government_entity', 'individual', 'non_profit'),
  capabilities: CAPABILITIES,
  company: anything,
  default_currency: string(3),
  documents: anything,
  email,
  external_account: anything,
  groups: anything,
  individual: anything,
  metadata,
  settings: anything,
  tos_acceptance: anything,
};

const CREATE = {
  ...UPDATE,
  controller: (value, name) => {
    throw notSimulated(name, 'accounts by controller properties; use type=express');
  },
  country: string(2),
  type: required(oneOf('custom', 'express', 'standard')),
};

const COMPLETE = () => ({
  charges_enabled: true,
  details_submitted: true,
  payouts_enabled: true,
  requirements: requirements([]),
});

/** Connected accounts and the links by which their owners give their particulars. */
export class Accounts {
  #links = new Map();

  /** @param {import('./index.mjs').Stripe} stripe */
  constructor(stripe) {
    this.stripe = stripe;
  }

  create(parameters) {
    if (parameters.type !== 'express') throw notSimulated('type', `${parameters.type} accounts`);
    const account = accountShape({ id: newId('acct_1', 15), now: this.stripe.seconds(), parameters });
    return this.stripe.store.add('account', account);
  }

  update(id, { metadata: pairs, capabilities, ...fields }, cause) {
    const account = this.get(id);
    const previous = {};
    const set = (name, value) => {
      previous[name] = structuredClone(account[name]);
      account[name] = value;
    };
    if (pairs) set('metadata', { ...account.metadata, ...pairs });
    for (const name of Object.keys(capabilities ?? {}))
      if (!(name in account.capabilities))
        set('capabilities', { ...account.capabilities, [name]: account.details_submitted ? 'active' : 'inactive' });
    for (const name of ['email', 'business_type', 'default_currency']) if (fields[name]) set(name, fields[name]);
    if (fields.business_profile) set('business_profile', { ...account.business_profile, ...fields.business_profile });
    this.stripe.events.emit('account.updated', account, { previous, account: id, cause });
    return account;
  }

  get(id, ifMissing) {
    return this.stripe.store.get('account', id, ifMissing);
  }

  link(parameters) {
    const account = this.get(parameters.account, { status: 400, param: 'account' });
    if (parameters.type === 'account_update')
      throw refused('You cannot create `account_update` type account links for Express accounts.', { param: 'type' });
    const token = newId('', 16);
    const now = this.stripe.seconds();
    const link = { ...parameters, token, expires: now + LINK_SECONDS, used: false };
    this.#links.set(`${account.id}/${token}`, link);
    const url = `${this.stripe.publicUrl()}/connect/onboarding/${account.id}/${token}`;
    return { object: 'account_link', created: now, expires_at: link.expires, url };
  }

  /** @returns {{account: object, link: object, valid: boolean} | null} */
  findLink(accountId, token) {
    const link = this.#links.get(`${accountId}/${token}`);
    if (!link) return null;
    return { account: this.get(accountId), link, valid: !link.used && link.expires > this.stripe.seconds() };
  }

  /**
   * An account that was there before this run began.
   *
   * @param {{id: string, email?: string, active: boolean}} known
   */
  adopt({ id, email, active }) {
    const account = accountShape({ id, now: this.stripe.seconds(), parameters: { type: 'express', email } });
    if (active) Object.assign(account, COMPLETE());
    return this.stripe.store.add('account', account);
  }

  /**
   * The owner has given everything that is asked for.
   *
   * @returns {{account: object, firstAttempt: Promise<void>}}
   */
  completeOnboarding(id, cause = NO_CAUSE) {
    const account = this.get(id);
    const fields = ['capabilities', 'charges_enabled', 'details_submitted', 'payouts_enabled', 'requirements'];
    const previous = Object.fromEntries(fields.map((name) => [name, structuredClone(account[name])]));
    for (const name of Object.keys(account.capabilities)) account.capabilities[name] = 'active';
    Object.assign(account, COMPLETE());
    const { firstAttempt } = this.stripe.events.emit('account.updated', account, { previous, account: id, cause });
    return { account, firstAttempt };
  }

  /** Stripe wants more papers before it goes on. */
  restrict(id, reason = 'requirements.past_due') {
    const account = this.get(id);
    const previous = { payouts_enabled: account.payouts_enabled, requirements: structuredClone(account.requirements) };
    Object.assign(account, {
      details_submitted: true,
      payouts_enabled: false,
      requirements: requirements(['individual.verification.document'], reason),
    });
    const { firstAttempt } = this.stripe.events.emit('account.updated', account, { previous, account: id });
    return { account, firstAttempt };
  }

  /** The owner takes the account away from the platform. */
  deauthorize(id) {
    const account = this.get(id);
    for (const name of Object.keys(account.capabilities)) account.capabilities[name] = 'inactive';
    const application = { id: 'ca_simulated', object: 'application', name: 'PeerLoop' };
    const { firstAttempt } = this.stripe.events.emit('account.application.deauthorized', application, { account: id });
    return { account, firstAttempt };
  }

  clear() {
    this.#links.clear();
  }
}

/** @param {import('./index.mjs').Stripe} stripe */
export function accountRoutes({ accounts, store, publicUrl, seconds }) {
  return [
    { method: 'POST', path: '/v1/accounts', takes: CREATE, run: ({ parameters }) => accounts.create(parameters) },
    {
      method: 'GET',
      path: '/v1/accounts',
      takes: { ...paging, created: anything },
      run: ({ parameters }) => store.page(store.all('account'), parameters, '/v1/accounts'),
    },
    { method: 'GET', path: '/v1/accounts/:id', run: ({ id }) => accounts.get(id) },
    {
      method: 'POST',
      path: '/v1/accounts/:id',
      takes: UPDATE,
      run: ({ id, parameters, cause }) => accounts.update(id, parameters, cause),
    },
    {
      method: 'POST',
      path: '/v1/accounts/:id/login_links',
      run: ({ id }) => {
        if (!accounts.get(id).details_submitted)
          throw refused('Cannot create a login link for an account that has not completed onboarding.');
        return { object: 'login_link', created: seconds(), url: `${publicUrl()}/connect/${id}` };
      },
    },
    {
      method: 'POST',
      path: '/v1/account_links',
      takes: {
        account: required(string()),
        collect: oneOf('currently_due', 'eventually_due'),
        collection_options: anything,
        refresh_url: required(webAddress),
        return_url: required(webAddress),
        type: required(oneOf('account_onboarding', 'account_update')),
      },
      run: ({ parameters }) => accounts.link(parameters),
    },
  ];
}
