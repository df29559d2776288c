//! Everything that goes over the wire as JSON: bodies, answers, socket messages. `web/wire` is generated from here
//! through the OpenAPI document.
//!
//! It does not know how any of it comes about. Ids are texts on the wire, times are milliseconds since 1970, amounts
//! are minor units with their currency.

mod account;
mod act;
mod activity;
mod care;
mod cared;
mod club;
mod coupon;
mod event;
mod events;
mod experiments;
mod gateway;
mod insight;
mod record;
mod review;
mod rule;
mod rundown;
mod sale;
mod seat;
mod shop;
mod socket;
mod talk;
mod track;
mod view;
mod watch;

pub use account::{
    Accepted, EraseDone, GuestAsked, GuestToken, Invite, InviteAsked, InviteUsed, Me, PasskeyInfo,
    PasskeyStarted, PasswordChange, RoleName, SignIn, StaffChange, StaffMember,
};
pub use act::{Answer, PromptEndWire, WireAct};
pub use activity::{
    ActivityAsk, ActivityWire, AskedWire, ChoiceWire, GameAsk, GameWire, MyActivity, PhaseWire, PlayAsk,
    PrizeAsk, PrizeWire, QuestionAsk, SliceAsk, SliceWire, WinnerWire,
};
pub use record::{OutcomeWire, PlayerWire, RecordWire};

pub use care::{CareAsk, CarePolicyWire, ItemUnitsWire, ReturnReasonWire, ServiceHoursWire, TicketTopicWire};
pub use cared::{
    After, BoughtWire, CareQueue, CareQueueWire, CareRowWire, CarrierTold, GoodsWire, MyOrderWire, MyOrders,
    OrderCareWire, OrderPageWire, OrderStageWire, ParcelWire, QueuePart, RatingWire, RatingsWire, RefundWire,
    ReturnWire, TicketLineWire, TicketWire,
};
pub use club::{
    BringerWire, ClubAsk, ClubChange, ClubRulesWire, ClubStaffWire, ClubTaskWire, ClubWire, MyClubWire,
    RisenWire, SprintWire,
};
pub use coupon::{
    BenefitsWire, CampaignDesk, CampaignWire, CouponKindWire, CouponWire, CutWire, OpenToName, PeriodName,
    ShippingWire, StacksName,
};
pub use event::{CommentWire, HowAnswered, IntentWire, OrderState, OrderWire, ProposalWire, WireEvent};
pub use events::{EraseFromEvents, EventFigures, FactWire, PeopleFound, SavedQuestionWire};
pub use experiments::{
    ExperimentInfo, ExperimentMove, ExperimentNew, ExperimentPut, ExperimentRead, ExperimentStepWire,
    FlagWire, HangingRule, HoldoutWire, HoldoutsPut, HoldoutsRead, PlanAsked, PlanClusters, Planned,
    PlannedAlways, SeenAfter,
};
pub use gateway::{
    BuyerAsked, GatewayAsk, GatewayAsks, GatewayKeyInfo, GatewayKeyMade, GatewayOutcome, GatewayOutcomes,
    NewGatewayKey, UnitsHeldWire,
};
pub use insight::{
    ArmWire, ArmsWire, CurvePoint, EndsWire, InsightWire, LeavingWire, RuleAtWork, SecondWire, SegmentWire,
    SinceWire, StepWire, TotalsWire,
};
pub use review::{
    CauseWire, FigureWire, FindingWire, LossWire, MomentWire, PartWire, ReviewWire, ShowCard, TimelineWire,
    WorstWire,
};
pub use seat::{
    CallEndWire, CallOutcomeWire, CallWire, InLineWire, MyCallWire, MySeatWire, MyStage, NoCallWire,
    OnStageWire, SeatAsk, SeatDeskWire, SeatEndWire, SeatFigures, SeatView, StageWire, WhoMayAskWire,
};

pub use rule::{
    DeedWire, ReadyRule, RuleActedWire, RuleBackTest, RuleBackTested, RuleEndWire, RuleExperiment, RuleInfo,
    RuleList, RuleMetric, RuleMoment, RuleProblemWire, RulePut, RuleTried, RuleTry, RuleVersion, SignWire,
};
pub use rundown::{
    BackstageWire, ClimaxState, ClimaxWire, RunWire, RundownAsk, RundownProblem, RundownPut, RundownRead,
    RundownRefused, RundownStep, RundownTemplate, RundownWire,
};
pub use sale::{
    CartAsk, CartLineWire, DeliveryAsk, FirstGiftWire, FlashWire, ListState, MySale, MyWait, OfferWire,
    OrderLineWire, PriceStepWire, PriceWhyName, QuoteLineWire, QuoteWire, SaleAsk, SaleModeName, SaleView,
    ShuffleProof, TermsWire, UnlockWire,
};
pub use shop::{
    ImportAsked, Imported, KeptPageWire, LowestWire, OrderPages, PagePrice, PageVariant, PastPriceWire,
    PriceAsked, PriceChecked, PriceHistory, ProductCard, ProductPage, ProductsFound, ProductsKept,
    ProductsPut, SellerKept, ShopInfo, ShopNoteWire, StockPut, StockWire,
};
pub use socket::{FromClient, QualityTold, ToClient};
pub use talk::{
    CompanyWire, GiftKind, GiftShown, GiftStateName, GiftWire, HeldWire, ImageKept, LaneName, PhotoStateName,
    PhotoWire, TalkAsk, TalkView, TopicWire, YouTalk,
};
pub use track::{EventSchema, FieldSchema, NewWriteKey, SchemaAccepted, WriteKeyInfo, WriteKeyMade};
pub use view::{
    DrawWire, ExplainWire, IngestKey, ItemWire, LookersWire, MoneyWire, MyView, NewRoom, PayAsked,
    PayStarted, PaymentDifference, PaymentFindings, PaymentProviders, ProductWire, Products, PromptWire,
    Proof, QuestionWire, RoomCard, RoomView, SaleWire, ShelfEntry,
};
pub use watch::{
    AimPut, AimWire, AlarmInfo, AlarmMade, AlarmMoment, AlarmPut, AlarmTried, AlarmTry, KpiWire,
    ReadySegmentInfo, SegmentInfo, SegmentList, SegmentPut, SparkWire, SqlAnswered, SqlAsked, SqlOf,
    SqlProblem, TagPut, WebhookAgain, WebhookInfo, WebhookMade, WebhookPut, WebhookSentAgain, WebhookTested,
    WebhookTry,
};
