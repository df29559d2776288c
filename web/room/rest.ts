// The addresses of the server that are asked once and answer once. Knows no socket and no page.
import type {
  Aim,
  AlarmInfo,
  AlarmMoment,
  AlarmTried,
  Answer,
  CampaignDesk,
  CarePolicy,
  CareQueue,
  CartAsk,
  Comparison,
  Coupon,
  EventFigures,
  ExperimentInfo,
  ExperimentRead,
  FactTold,
  GiftKind,
  GuestToken,
  Holdouts,
  HoldoutsPut,
  ImageKept,
  IngestKey,
  Imported,
  Insight,
  Invite,
  Kpi,
  Me,
  MyOrders,
  NewRoom,
  PriceOffer,
  ProductPage,
  OrderPage,
  PasskeyInfo,
  PasskeyStarted,
  PaymentFindings,
  PayStarted,
  PeopleFound,
  PlanAsked,
  Planned,
  PriceChecked,
  PriceHistory,
  Products,
  ProductsFound,
  ProductsKept,
  Proof,
  Quote,
  Ratings,
  Review,
  RoleName,
  RoomCard,
  RoomView,
  Rundown,
  RundownProblem,
  RundownRead,
  RundownTemplate,
  RuleBackTested,
  RuleInfo,
  RuleList,
  RuleTried,
  SavedQuestion,
  SegmentList,
  ShuffleProof,
  Seller,
  ShopInfo,
  ShopProduct,
  ShowCard,
  SqlAnswered,
  SqlOf,
  StaffMember,
  Stock,
  Ticket,
  Act,
  WebhookAgain,
  WebhookInfo,
  WebhookMade,
  WebhookTry,
} from '../wire';

/** The server, or the way to it, said no. */
export class Failed extends Error {
  constructor(
    /** A code with a sentence in `web/messages`; `unreachable` when there was no answer. */
    readonly code: string,
    readonly status: number,
    readonly field?: string,
    readonly retryMs?: number,
    /** The server's own words about a question or query, in English, for who wrote it. */
    readonly why?: string,
    /** Every field that is to blame, where several may be. */
    readonly problems: readonly { field: string; why: string }[] = [],
  ) {
    super(code);
  }
}

const BY_STATUS: Record<number, string> = {
  401: 'not-signed-in',
  403: 'not-allowed',
  404: 'not-found',
  413: 'too-large',
  429: 'too-many',
  503: 'unavailable',
};

interface Sent {
  method?: string;
  /** What the body is, when it is a text and no JSON. */
  type?: string;
  body?: unknown;
  token?: string | undefined;
}

/** One server. `base` is empty for the one that served this page. */
export class Rest {
  /** Goes with every change that staff ask for. */
  csrf = '';

  constructor(readonly base = '') {}

  rooms = () => this.#json<RoomCard[]>('/api/rooms');
  newRoom = (body: NewRoom) => this.#json<RoomCard>('/api/rooms', { body });
  room = (room: string) => this.#json<RoomView>(`/api/rooms/${enc(room)}`);
  guest = (room: string, body: { name?: string; source?: string; token?: string | null; by?: string | null }) =>
    this.#json<GuestToken>(`/api/rooms/${enc(room)}/guest`, { body });
  ask = (room: string, act: Act, token?: string) =>
    this.#json<Answer>(`/api/rooms/${enc(room)}/ask`, { body: act, token });
  order = (room: string, order: string, token?: string) =>
    this.#json<OrderPage>(`/api/rooms/${enc(room)}/orders/${enc(order)}`, { token });
  myOrders = (token?: string) => this.#json<MyOrders>('/api/me/orders', { token });
  ticket = (room: string, ticket: string, token?: string) =>
    this.#json<Ticket>(`/api/rooms/${enc(room)}/tickets/${enc(ticket)}`, { token });
  ratings = (room: string, item: number) => this.#json<Ratings>(`/api/rooms/${enc(room)}/items/${item}/ratings`);
  carePolicy = (room: string) => this.#json<CarePolicy>(`/api/rooms/${enc(room)}/care`);
  careQueue = (queue: string, after: string, room: string) => {
    const part = new URLSearchParams({ ...(after && { after }), ...(room && { room }) });
    return this.#json<CareQueue>(`/api/care/${queue}?${part}`);
  };
  paymentFindings = () => this.#json<PaymentFindings>('/api/payments/findings');
  pay = (room: string, order: string, method?: string, token?: string) =>
    this.#json<PayStarted>(`/api/rooms/${enc(room)}/orders/${order}/pay`, { body: { method }, token });
  quote = (room: string, cart: CartAsk, token?: string) =>
    this.#json<Quote>(`/api/rooms/${enc(room)}/quote`, { body: cart, token });
  coupons = (room: string, token?: string) => this.#json<Coupon[]>(`/api/rooms/${enc(room)}/coupons`, { token });
  /** A product as buyers see it, by its number or that of one of its variants. */
  productPage = (product: number) => this.#json<ProductPage>(`/api/products/${product}`);
  comparison = (products: readonly number[]) => this.#json<Comparison>(`/api/comparison?products=${products.join(',')}`);
  shuffleProofUrl = (room: string, sale: number) => `${this.base}/api/rooms/${enc(room)}/sales/${sale}/proof`;
  campaigns = (room: string) => this.#json<CampaignDesk[]>(`/api/rooms/${enc(room)}/campaigns`);
  shuffleProof = (room: string, sale: number) =>
    this.#json<ShuffleProof>(`/api/rooms/${enc(room)}/sales/${sale}/proof`);
  /** Who takes payments; the first serves buyers who name none. */
  providers = () => this.#json<{ providers: string[] }>('/api/payments');
  gifts = (room: string) => this.#json<GiftKind[]>(`/api/rooms/${enc(room)}/gifts`);
  imageUrl = (room: string, image: string) => `${this.base}/api/rooms/${enc(room)}/images/${image}`;
  postImage = (room: string, picture: Blob, token?: string) =>
    this.#json<ImageKept>(`/api/rooms/${enc(room)}/images`, { body: picture, token });
  proof = (room: string, draw: number) => this.#json<Proof>(`/api/rooms/${enc(room)}/draws/${draw}/proof`);
  proofUrl = (room: string, draw: number) => `${this.base}/api/rooms/${enc(room)}/draws/${draw}/proof`;
  recordUrl = (room: string, activity: number) => `${this.base}/api/rooms/${enc(room)}/activities/${activity}/record`;
  insight = (room: string) => this.#json<Insight>(`/api/rooms/${enc(room)}/insight`);
  shows = (room: string) => this.#json<ShowCard[]>(`/api/rooms/${enc(room)}/shows`);
  review = (room: string, show: number) => this.#json<Review>(`/api/rooms/${enc(room)}/shows/${show}/review`);
  question = <T>(question: unknown) => this.#json<T>('/api/questions', { body: question });
  /** The answer as a table (CSV). */
  async questionCsv(question: unknown): Promise<string> {
    const response = await this.#fetch('/api/questions/csv', { body: question });
    if (!response.ok) throw await failure(response);
    return response.text();
  }
  people = (question: unknown, cell: unknown, limit: number) =>
    this.#json<PeopleFound>('/api/questions/people', { body: { question, cell, limit } });
  factsOf = (person: string, limit: number) => this.#json<FactTold[]>(`/api/people/${enc(person)}/facts?limit=${limit}`);
  eventNames = () => this.#json<string[]>('/api/events/names');
  eventValues = (column: string) => this.#json<string[]>(`/api/events/values?column=${enc(column)}`);
  experiments = () => this.#json<ExperimentInfo[]>('/api/experiments');
  experiment = (key: string) => this.#json<ExperimentRead>(`/api/experiments/${enc(key)}`);
  makeExperiment = (key: string, design: unknown) => this.#json<ExperimentRead>('/api/experiments', { body: { key, design } });
  putExperiment = (key: string, after: number, design: unknown) =>
    this.#json<ExperimentRead>(`/api/experiments/${enc(key)}`, { method: 'PUT', body: { after, design } });
  forgetExperiment = (key: string) => this.#json<{ ok: boolean }>(`/api/experiments/${enc(key)}`, { method: 'DELETE' });
  moveExperiment = (key: string, move: string, body: { after?: number; coverage?: number }) =>
    this.#json<ExperimentRead>(`/api/experiments/${enc(key)}/${move}`, { body });
  experimentReport = <T>(key: string, version: number) =>
    this.#json<T>(`/api/experiments/${enc(key)}/report?version=${version}`);
  planExperiment = (asked: PlanAsked) => this.#json<Planned>('/api/experiments/plan', { body: asked });
  holdouts = () => this.#json<Holdouts>('/api/holdouts');
  putHoldouts = (holdouts: HoldoutsPut) => this.#json<Holdouts>('/api/holdouts', { method: 'PUT', body: holdouts });
  holdoutsReport = <T>(metric: string) => this.#json<T>(`/api/holdouts/report?metric=${enc(metric)}`);
  savedQuestions = () => this.#json<SavedQuestion[]>('/api/saved-questions');
  saveQuestion = (name: string, question: unknown) =>
    this.#json<SavedQuestion>('/api/saved-questions', { body: { name, question } });
  forgetQuestion = (id: number) => this.#json<{ ok: boolean }>(`/api/saved-questions/${id}`, { method: 'DELETE' });
  board = () => this.#json<Kpi[]>('/api/board');
  setAim = (kpi: string, aim: Aim) => this.#json<{ ok: boolean }>('/api/board', { method: 'PUT', body: { kpi, aim } });
  alarms = () => this.#json<AlarmInfo[]>('/api/alarms');
  tryAlarm = (rule: unknown) => this.#json<AlarmTried>('/api/alarms/try', { body: { rule } });
  keepAlarm = (rule: unknown, seen: string) => this.#json<{ id: number }>('/api/alarms', { body: { rule, seen } });
  removeAlarm = (id: number) => this.#json<{ ok: boolean }>(`/api/alarms/${id}`, { method: 'DELETE' });
  newestMoments = (most: number) => this.#json<AlarmMoment[]>(`/api/alarms/moments?newest=${most}`);
  rules = (language: string) => this.#json<RuleList>(`/api/rules?language=${language}`);
  tryRule = (rule: unknown) => this.#json<RuleTried>('/api/rules/try', { body: { rule } });
  backTestRule = (rule: unknown, room: string) => this.#json<RuleBackTested>('/api/rules/back-test', { body: { rule, room } });
  makeRule = (rule: unknown) => this.#json<RuleInfo>('/api/rules', { body: { rule, after: 0 } });
  changeRule = (code: string, rule: unknown, after: number) =>
    this.#json<RuleInfo>(`/api/rules/${enc(code)}`, { method: 'PUT', body: { rule, after } });
  removeRule = (code: string, after: number) =>
    this.#json<{ ok: boolean }>(`/api/rules/${enc(code)}?after=${after}`, { method: 'DELETE' });
  webhooks = () => this.#json<WebhookInfo[]>('/api/webhooks');
  addWebhook = (url: string, topics: string[]) => this.#json<WebhookMade>('/api/webhooks', { body: { url, topics } });
  renewWebhook = (id: string) => this.#json<WebhookMade>(`/api/webhooks/${enc(id)}/secret`, { method: 'POST' });
  testWebhook = (id: string) => this.#json<{ message: string }>(`/api/webhooks/${enc(id)}/test`, { method: 'POST' });
  removeWebhook = (id: string) => this.#json<{ ok: boolean }>(`/api/webhooks/${enc(id)}`, { method: 'DELETE' });
  webhookTries = (id: string) => this.#json<WebhookTry[]>(`/api/webhooks/${enc(id)}/tries`);
  sendWebhookAgain = (id: string, what: WebhookAgain) =>
    this.#json<{ messages: number }>(`/api/webhooks/${enc(id)}/again`, { body: what });
  segments = () => this.#json<SegmentList>('/api/segments');
  putSegment = (id: string, when: unknown) =>
    this.#json<{ ok: boolean }>(`/api/segments/${enc(id)}`, { method: 'PUT', body: { when } });
  removeSegment = (id: string) => this.#json<{ ok: boolean }>(`/api/segments/${enc(id)}`, { method: 'DELETE' });
  members = (id: string) => this.#json<PeopleFound>(`/api/segments/${enc(id)}/members`);
  membersUrl = (id: string) => `${this.base}/api/segments/${enc(id)}/members.csv`;
  sql = (sql: string, of: SqlOf = 'summaries') => this.#json<SqlAnswered>('/api/sql', { body: { sql, of } });
  eventFigures = () => this.#json<EventFigures>('/api/events/figures');
  rundown = (room: string) => this.#json<RundownRead>(`/api/rooms/${enc(room)}/rundown`);
  rundownTemplates = (language: string) => this.#json<RundownTemplate[]>(`/api/rundowns/templates?language=${language}`);
  rundownTableUrl = (room: string) => `${this.base}/api/rooms/${enc(room)}/rundown?as=csv`;
  /** Sets the run of show; gives what is wrong with it when it was not taken. */
  putRundown = (room: string, after: number, rundown: Rundown) =>
    this.#rundown(`/api/rooms/${enc(room)}/rundown`, { method: 'PUT', body: { after, rundown } });
  importRundown = (room: string, after: number, table: string) =>
    this.#rundown(`/api/rooms/${enc(room)}/rundown?after=${after}`, { method: 'PUT', type: 'text/csv', body: table });
  ingestKey = (room: string) => this.#json<IngestKey>(`/api/rooms/${enc(room)}/ingest-key`, { method: 'POST' });
  eraseMe = (room: string, token: string) =>
    this.#json<{ keys: number }>(`/api/rooms/${enc(room)}/me`, { method: 'DELETE', token });
  catalogue = (offset: number, limit: number) =>
    this.#json<Products>(`/api/catalogue?offset=${offset}&limit=${limit}`);
  products = (text: string, category: string, offset: number) =>
    this.#json<ProductsFound>(`/api/products?text=${enc(text)}&category=${enc(category)}&offset=${offset}&limit=50`);
  product = async (id: number) => (await this.#json<ProductsFound>(`/api/products?ids=${id}`)).products[0];
  keepProduct = (product: ShopProduct) => this.#json<ProductsKept>('/api/products', { body: { products: [product] } });
  retireProduct = (id: number) => this.#json<{ ok: boolean }>(`/api/products/${id}`, { method: 'DELETE' });
  productsCsvUrl = () => `${this.base}/api/products/export.csv`;
  importProducts = (file: Blob, asked: { dry: boolean; currency: string; columns: string }) =>
    this.#json<Imported>(
      `/api/products/import?dry_run=${asked.dry}&currency=${enc(asked.currency)}&columns=${enc(asked.columns)}`,
      { type: 'text/csv', body: file },
    );
  stockOf = (item: number) => this.#json<Stock>(`/api/variants/${item}/stock`);
  moveStock = (item: number, move: { by: number; reason: string; key: string }) =>
    this.#json<Stock>(`/api/variants/${item}/stock`, { body: move });
  priceHistory = (item: number, region: string) =>
    this.#json<PriceHistory>(`/api/variants/${item}/prices${region ? `?region=${enc(region)}` : ''}`);
  checkPrice = (item: number, offer: PriceOffer) => this.#json<PriceChecked>('/api/prices/check', { body: { item, offer } });
  sellers = () => this.#json<Seller[]>('/api/sellers');
  keepSeller = (seller: Seller) =>
    this.#json<{ id: number }>(seller.id ? `/api/sellers/${seller.id}` : '/api/sellers', { method: seller.id ? 'PUT' : 'POST', body: seller });
  shops = () => this.#json<ShopInfo[]>('/api/shops');
  pullShop = (shop: string) => this.#json<{ ok: boolean }>(`/api/shops/${enc(shop)}/pull`, { method: 'POST' });
  retryShop = (shop: string) => this.#json<{ ok: boolean }>(`/api/shops/${enc(shop)}/retry`, { method: 'POST' });
  signIn = (login: string, password: string) => this.#json<Me>('/api/sign-in', { body: { login, password } });
  signOut = () => this.#json<{ ok: boolean }>('/api/sign-out', { method: 'POST' });
  password = (present: string, fresh: string) =>
    this.#json<{ ok: boolean }>('/api/password', { body: { present, new: fresh } });
  invite = (role: RoleName) => this.#json<Invite>('/api/invites', { body: { role } });
  useInvite = (body: { token: string; login: string; name: string; password: string }) =>
    this.#json<Me>('/api/invites/use', { body });
  staff = () => this.#json<StaffMember[]>('/api/staff');
  changeStaff = (person: string, body: { role?: RoleName; active?: boolean }) =>
    this.#json<StaffMember>(`/api/staff/${enc(person)}`, { method: 'PATCH', body });
  passkeys = () => this.#json<PasskeyInfo[]>('/api/passkeys');
  passkeyStart = (path: 'register' | 'sign-in', body: unknown = {}) =>
    this.#json<PasskeyStarted>(`/api/passkeys/${path}/start`, { body });
  passkeyFinish = <T>(path: 'register' | 'sign-in', body: unknown) =>
    this.#json<T>(`/api/passkeys/${path}/finish`, { body });
  removePasskey = (id: string) => this.#json<{ ok: boolean }>(`/api/passkeys/${enc(id)}`, { method: 'DELETE' });

  /** Who is signed in; undefined when nobody is. Remembers what changes need. */
  async me(): Promise<Me | undefined> {
    try {
      const me = await this.#json<Me>('/api/me');
      this.csrf = me.csrf;
      return me;
    } catch (error) {
      if (error instanceof Failed && (error.status === 401 || error.status === 403)) return undefined;
      throw error;
    }
  }

  /** Asks and gives the answer as text, such as `/metrics`. */
  async text(path: string): Promise<{ status: number; text: string }> {
    const response = await this.#fetch(path, {});
    return { status: response.status, text: await response.text() };
  }

  async #rundown(path: string, sent: Sent): Promise<RundownRead | RundownProblem[]> {
    const response = await this.#fetch(path, sent);
    if (response.status !== 400) {
      if (!response.ok) throw await failure(response);
      return response.json();
    }
    const told = (await response.clone().json()) as { problems?: RundownProblem[] };
    if (!told.problems) throw await failure(response);
    return told.problems;
  }

  async #json<T>(path: string, sent: Sent = {}): Promise<T> {
    const response = await this.#fetch(path, sent);
    if (!response.ok) throw await failure(response);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  async #fetch(path: string, { method, type, body, token }: Sent): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' };
    const isFile = body instanceof Blob;
    if (body !== undefined) headers['content-type'] = type ?? (isFile ? body.type || 'image/jpeg' : 'application/json');
    if (token) headers.authorization = `Bearer ${token}`;
    else if (this.csrf) headers['x-csrf'] = this.csrf;
    const init: RequestInit = { method: method ?? (body === undefined ? 'GET' : 'POST'), headers };
    // A shop's page speaks by token alone; its visitors' cookies are none of our business.
    init.credentials = this.base ? 'omit' : 'same-origin';
    if (body !== undefined) init.body = isFile ? body : type ? String(body) : JSON.stringify(body);
    try {
      return await fetch(this.base + path, init);
    } catch {
      throw new Failed('unreachable', 0);
    }
  }
}

interface Told {
  code?: string;
  field?: string;
  retry_ms?: number;
  why?: string;
  says?: string;
  problems?: { field: string; why: string }[];
}

async function failure(response: Response): Promise<Failed> {
  const told = (await response.json().catch(() => ({}))) as Told;
  const code = told.code ?? BY_STATUS[response.status] ?? 'unknown';
  return new Failed(code, response.status, told.field ?? undefined, told.retry_ms ?? undefined, told.why ?? told.says, told.problems);
}

const enc = encodeURIComponent;
