import { newId } from '../ids.mjs';
import { badParameter, notSimulated, refused } from './errors.mjs';
import { NO_CAUSE } from './events.mjs';
import {
  anything,
  boolean,
  currency,
  email,
  integer,
  list,
  metadata,
  oneOf,
  paging,
  required,
  shape,
  string,
  timestamp,
  webAddress,
} from './parameters.mjs';
import { CARDS, charge, checkoutSession, customerDetails, lineItem, paymentIntent } from './shapes.mjs';

const SHORTEST_SECONDS = 30 * 60;
const LONGEST_SECONDS = 24 * 60 * 60;
const SMALLEST_TOTAL = 50;
const LARGEST_TOTAL = 99_999_999;

const absent = (what) => (value, name) => {
  throw notSimulated(name, what);
};

const LINE_ITEM = shape({
  adjustable_quantity: anything,
  metadata,
  price: (id, name) => {
    throw badParameter(name, `No such price: '${id}'`, 'resource_missing');
  },
  price_data: shape({
    currency: required(currency),
    product: (id, name) => {
      throw badParameter(name, `No such product: '${id}'`, 'resource_missing');
    },
    product_data: shape({
      description: string(),
      images: list(string(2048), { max: 8 }),
      metadata,
      name: required(string()),
      tax_code: string(),
      tax_details: anything,
      unit_label: string(12),
    }),
    recurring: absent('recurring prices'),
    tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
    unit_amount: integer({ min: 0, max: LARGEST_TOTAL }),
    unit_amount_decimal: absent('fractions of a cent'),
  }),
  quantity: integer({ min: 1, max: 999_999 }),
  tax_rates: absent('tax rates'),
});

const CREATE = {
  adaptive_pricing: anything,
  after_expiration: anything,
  allow_promotion_codes: boolean,
  allowed_payment_method_types: list(string()),
  automatic_tax: anything,
  billing_address_collection: oneOf('auto', 'required'),
  branding_settings: anything,
  cancel_url: webAddress,
  client_reference_id: string(200),
  consent_collection: anything,
  currency,
  custom_fields: anything,
  custom_text: anything,
  customer: (id, name) => {
    throw badParameter(name, `No such customer: '${id}'`, 'resource_missing');
  },
  customer_account: absent('customer accounts'),
  customer_creation: oneOf('always', 'if_required'),
  customer_email: email,
  customer_update: anything,
  discounts: absent('discounts'),
  excluded_payment_method_types: list(string()),
  expires_at: timestamp,
  integration_identifier: string(),
  invoice_creation: anything,
  line_items: list(LINE_ITEM),
  locale: string(10),
  managed_payments: anything,
  metadata,
  mode: required(oneOf('payment', 'setup', 'subscription')),
  name_collection: anything,
  optional_items: absent('optional items'),
  origin_context: anything,
  payment_intent_data: shape({
    application_fee_amount: absent('application fees'),
    capture_method: oneOf('automatic', 'automatic_async'),
    description: string(1000),
    metadata,
    on_behalf_of: absent('charges on behalf of another account'),
    receipt_email: email,
    setup_future_usage: oneOf('off_session', 'on_session'),
    shipping: anything,
    statement_descriptor: string(22),
    statement_descriptor_suffix: string(22),
    transfer_data: absent('destination charges'),
    transfer_group: string(),
  }),
  payment_method_collection: oneOf('always', 'if_required'),
  payment_method_configuration: string(),
  payment_method_data: anything,
  payment_method_options: anything,
  payment_method_types: list(string()),
  permissions: anything,
  phone_number_collection: anything,
  redirect_on_completion: anything,
  return_url: webAddress,
  saved_payment_method_options: anything,
  setup_intent_data: anything,
  shipping_address_collection: anything,
  shipping_options: absent('shipping'),
  submit_type: oneOf('auto', 'book', 'donate', 'pay', 'subscribe'),
  subscription_data: anything,
  success_url: webAddress,
  tax_id_collection: anything,
  ui_mode: oneOf('elements', 'embedded_page', 'form', 'hosted_page'),
  wallet_options: anything,
};

/** Checkout sessions and what paying one makes: a payment intent and its charges. */
export class Checkout {
  /** Line items, the intent's data and the page's last message, which Stripe's own object does not carry. */
  #details = new Map();

  /** @param {import('./index.mjs').Stripe} stripe */
  constructor(stripe) {
    this.stripe = stripe;
    stripe.store.includable('checkout.session', 'line_items', (session) => this.lineItems(session.id));
  }

  create(parameters, pageUrl) {
    this.#check(parameters);
    const now = this.stripe.seconds();
    const id = newId('cs_test_a1', 56);
    const items = parameters.line_items.map((item) =>
      lineItem({ id: newId('li_'), priceId: newId('price_'), productId: newId('prod_', 14), now, item }),
    );
    const amount = items.reduce((sum, item) => sum + item.amount_total, 0);
    if (amount > 0 && amount < SMALLEST_TOTAL)
      throw refused("The Checkout Session's total amount must convert to at least 50 cents.", {
        code: 'amount_too_small',
      });
    if (amount > LARGEST_TOTAL)
      throw refused("The Checkout Session's total amount due must be no more than $999,999.99.", {
        code: 'amount_too_large',
      });
    this.#details.set(id, {
      items,
      product: parameters.line_items[0].price_data.product_data,
      intent: parameters.payment_intent_data ?? {},
    });
    return this.stripe.store.add(
      'checkout.session',
      checkoutSession({ id, now, url: pageUrl(id), amount, parameters }),
    );
  }

  #check(parameters) {
    if (parameters.mode !== 'payment') throw notSimulated('mode', `checkout sessions in ${parameters.mode} mode`);
    if ((parameters.ui_mode ?? 'hosted_page') !== 'hosted_page')
      throw notSimulated('ui_mode', `checkout sessions shown as ${parameters.ui_mode}`);
    for (const name of ['subscription_data', 'setup_intent_data'])
      if (parameters[name] !== undefined) throw badParameter(name, `You can not pass \`${name}\` in \`payment\` mode.`);
    if (parameters.success_url === undefined)
      throw badParameter('success_url', 'Missing required param: success_url.', 'parameter_missing');
    if (!parameters.line_items?.length)
      throw badParameter('line_items', 'Missing required param: line_items.', 'parameter_missing');
    this.#checkItems(parameters.line_items);
    const ahead = parameters.expires_at - this.stripe.seconds();
    if (ahead < SHORTEST_SECONDS)
      throw badParameter(
        'expires_at',
        'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
      );
    if (ahead > LONGEST_SECONDS)
      throw badParameter(
        'expires_at',
        'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
      );
  }

  #checkItems(items) {
    items.forEach(({ price_data: price }, index) => {
      const name = `line_items[${index}]`;
      if (!price)
        throw badParameter(name, `You must pass one of \`price\` or \`price_data\` in ${name}.`, 'parameter_missing');
      for (const field of ['product_data', 'unit_amount'])
        if (price[field] === undefined)
          throw badParameter(
            `${name}[price_data][${field}]`,
            `Missing required param: ${name}[price_data][${field}].`,
            'parameter_missing',
          );
      if (price.currency !== items[0].price_data.currency)
        throw badParameter(name, 'All line items must have the same currency.');
    });
  }

  /** A session whose time is over counts as expired from that second on, also before the sweep has seen it. */
  get(id) {
    const session = this.stripe.store.get('checkout.session', id);
    if (session.status === 'open' && session.expires_at <= this.stripe.seconds()) this.expire(id);
    return session;
  }

  lineItems(id) {
    const url = `/v1/checkout/sessions/${id}/line_items`;
    return { object: 'list', data: this.#details.get(id)?.items ?? [], has_more: false, url };
  }

  /** What the buyer sees of the product: name, description. */
  product(id) {
    return this.#details.get(id).product;
  }

  /**
   * @param {string} id
   * @param {import('./events.mjs').Cause} [cause]
   */
  expire(id, cause = NO_CAUSE) {
    const session = this.stripe.store.get('checkout.session', id);
    if (session.status !== 'open')
      throw refused(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
      );
    session.status = 'expired';
    session.url = null;
    const { firstAttempt } = this.stripe.events.emit('checkout.session.expired', session, { cause });
    return { session, firstAttempt };
  }

  /**
   * The buyer presses Pay.
   *
   * @param {string} id
   * @param {{card?: keyof typeof CARDS, email?: string}} [choice]
   * @returns {{session: object, declined: string | null, firstAttempt: Promise<unknown>}} `declined`: the card's answer;
   *   the session then stays open
   */
  pay(id, { card = 'success', email: buyerEmail } = {}) {
    const session = this.get(id);
    if (session.status !== 'open') throw refused(`This Checkout Session has a status of \`${session.status}\`.`);
    const used = CARDS[card];
    if (!used) throw refused(`No such card: '${card}'. There are: ${Object.keys(CARDS).join(', ')}`);
    const address = session.customer_email ?? buyerEmail ?? 'buyer@example.com';
    const attempts = [];
    const emit = (type, object) => attempts.push(this.stripe.events.emit(type, object).firstAttempt);
    if (session.amount_total > 0) {
      const intent = this.#intentOf(session, address);
      const made = this.#charge(intent, used, address);
      if (used.code) {
        emit('charge.failed', made);
        emit('payment_intent.payment_failed', intent);
        return { session, declined: used.message, firstAttempt: Promise.all(attempts) };
      }
      session.payment_status = 'paid';
      emit('charge.succeeded', made);
      emit('payment_intent.succeeded', intent);
    }
    session.status = 'complete';
    session.url = null;
    session.customer_details = customerDetails(address);
    emit('checkout.session.completed', session);
    return { session, declined: null, firstAttempt: Promise.all(attempts) };
  }

  #intentOf(session, address) {
    if (session.payment_intent) return this.stripe.store.get('payment_intent', session.payment_intent);
    const intent = paymentIntent({
      id: newId('pi_'),
      secret: newId('', 25),
      now: this.stripe.seconds(),
      amount: session.amount_total,
      currency: session.currency,
      data: this.#details.get(session.id).intent,
      receiptEmail: address,
    });
    session.payment_intent = intent.id;
    return this.stripe.store.add('payment_intent', intent);
  }

  #charge(intent, card, address) {
    const id = newId('ch_');
    const made = charge({
      id,
      now: this.stripe.seconds(),
      intent,
      card,
      email: address,
      paymentMethod: newId('pm_'),
      balanceTransaction: null,
      receiptUrl: `${this.stripe.publicUrl()}/checkouts`,
    });
    intent.latest_charge = id;
    if (card.code) {
      intent.last_payment_error = {
        type: 'card_error',
        code: 'card_declined',
        decline_code: card.code,
        message: card.message,
        charge: id,
      };
    } else {
      made.balance_transaction = this.stripe.balance.charged(made).id;
      Object.assign(intent, {
        status: 'succeeded',
        amount_received: intent.amount,
        last_payment_error: null,
        payment_method: made.payment_method,
      });
    }
    return this.stripe.store.add('charge', made);
  }

  /** Expires what is over. */
  sweep() {
    for (const { id } of this.stripe.store.all('checkout.session')) this.get(id);
  }

  clear() {
    this.#details.clear();
  }
}

/** @param {import('./index.mjs').Stripe} stripe */
export function checkoutRoutes(stripe) {
  const { store, checkout } = stripe;
  const pageUrl = (id) => `${stripe.publicUrl()}/pay/${id}`;
  return [
    {
      method: 'POST',
      path: '/v1/checkout/sessions',
      takes: CREATE,
      run: ({ parameters }) => checkout.create(parameters, pageUrl),
    },
    {
      method: 'GET',
      path: '/v1/checkout/sessions',
      takes: {
        ...paging,
        payment_intent: string(),
        status: oneOf('complete', 'expired', 'open'),
        created: anything,
        customer: string(),
        customer_details: anything,
        payment_link: string(),
        subscription: string(),
      },
      run: ({ parameters }) => {
        checkout.sweep();
        const rows = store
          .all('checkout.session')
          .filter(({ payment_intent: intent }) => !parameters.payment_intent || intent === parameters.payment_intent)
          .filter(({ status }) => !parameters.status || status === parameters.status);
        return store.page(rows, parameters, '/v1/checkout/sessions');
      },
    },
    { method: 'GET', path: '/v1/checkout/sessions/:id', run: ({ id }) => checkout.get(id) },
    {
      method: 'POST',
      path: '/v1/checkout/sessions/:id/expire',
      run: ({ id, cause }) => {
        checkout.get(id);
        return checkout.expire(id, cause).session;
      },
    },
    {
      method: 'GET',
      path: '/v1/checkout/sessions/:id/line_items',
      takes: paging,
      run: ({ id }) => checkout.lineItems(checkout.get(id).id),
    },
    {
      method: 'GET',
      path: '/v1/payment_intents/:id',
      takes: { client_secret: string() },
      run: ({ id }) => store.get('payment_intent', id),
    },
    { method: 'GET', path: '/v1/charges/:id', run: ({ id }) => store.get('charge', id) },
    {
      method: 'GET',
      path: '/v1/charges',
      takes: { ...paging, payment_intent: string(), transfer_group: string(), created: anything, customer: string() },
      run: ({ parameters }) => {
        const rows = store
          .all('charge')
          .filter((each) => !parameters.payment_intent || each.payment_intent === parameters.payment_intent)
          .filter((each) => !parameters.transfer_group || each.transfer_group === parameters.transfer_group);
        return store.page(rows, parameters, '/v1/charges');
      },
    },
  ];
}
