// Names for what goes over the wire, so that pages never reach into the generated document: `npm run wire` writes
// schema.ts from openapi.json, which the server itself wrote. Knows no behaviour.
import type { components } from './schema';

type Schemas = components['schemas'];

export type RoleName = Schemas['RoleName'];
export type Money = Schemas['MoneyWire'];
export type Item = Schemas['ItemWire'];
export type Sale = Schemas['SaleWire'];
export type ShelfEntry = Schemas['ShelfEntry'];
export type Comment = Schemas['CommentWire'];
export type OrderState = Schemas['OrderState'];
export type Order = Schemas['OrderWire'];
export type Draw = Schemas['DrawWire'];
export type Question = Schemas['QuestionWire'];
export type Proposal = Schemas['ProposalWire'];
export type Intent = Schemas['IntentWire'];
export type Prompt = Schemas['PromptWire'];
export type MyView = Schemas['MyView'];
export type RoomView = Schemas['RoomView'];
export type RoomCard = Schemas['RoomCard'];
export type NewRoom = Schemas['NewRoom'];
export type IngestKey = Schemas['IngestKey'];
export type PayStarted = Schemas['PayStarted'];
export type Proof = Schemas['Proof'];
export type Product = Schemas['ProductWire'];
export type Products = Schemas['Products'];
export type PromptEnd = Schemas['PromptEndWire'];
export type Act = Schemas['WireAct'];
export type Answer = Schemas['Answer'];
export type RoomEvent = Schemas['WireEvent'];
export type QualityTold = Schemas['QualityTold'];
export type FromClient = Schemas['FromClient'];
export type ToClient = Schemas['ToClient'];
export type Second = Schemas['SecondWire'];
export type Segment = Schemas['SegmentWire'];
export type CurvePoint = Schemas['CurvePoint'];
export type Totals = Schemas['TotalsWire'];
export type Arm = Schemas['ArmWire'];
export type Arms = Schemas['ArmsWire'];
export type Insight = Schemas['InsightWire'];
export type Step = Schemas['StepWire'];
export type ShowCard = Schemas['ShowCard'];
export type Review = Schemas['ReviewWire'];
export type TimeLine = Schemas['TimelineWire'];
export type Loss = Schemas['LossWire'];
export type Moment = Schemas['MomentWire'];
export type LikelyCause = Schemas['CauseWire'];
export type TellingFigure = Schemas['FigureWire'];
export type Finding = Schemas['FindingWire'];
export type MomentPart = Schemas['PartWire'];
export type GuestToken = Schemas['GuestToken'];
export type Me = Schemas['Me'];
export type Invite = Schemas['Invite'];
export type StaffMember = Schemas['StaffMember'];
export type PasskeyInfo = Schemas['PasskeyInfo'];
export type PasskeyStarted = Schemas['PasskeyStarted'];

/** The first message of the server. */
export type Welcome = Extract<ToClient, { t: 'welcome' }>;
