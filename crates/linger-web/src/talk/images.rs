//! Pictures over HTTP: taken in, drawn anew, judged, sealed, kept, and shown. It does not know which comment or photo a
//! picture belongs to.

use super::{
    ViewerImages,
    moderation::{Asked, Kind, Verdict},
    picture::{BadPicture, redrawn},
    refused,
};
use crate::{
    account::{Address, Caller},
    ask::{Asker, parse},
    error::{ApiError, Raw},
    house::House,
    rooms::room_desk,
    wire::ImageKept,
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use linger_protocol::{ImageId, Role, RoomId};
use linger_store::{KeptImage, NotKept};
use std::time::Duration;

/// How long a picture waits for its turn to be drawn anew.
const TURN_MAX: Duration = Duration::from_secs(5);

/// Send a picture, for a comment or an offer: PNG, JPEG or WebP, at most 5 MB and 8,192 points a side.
///
/// It is drawn anew as a JPEG of at most 1,280 points, so that nothing of the file but its colours is kept.
#[utoipa::path(
    post, path = "/api/rooms/{room}/images", tag = "rooms",
    params(("room" = String, Path, description = "the room")),
    request_body(content = String, content_type = "image/*"),
    responses(
        (status = 201, description = "kept", body = ImageKept),
        (status = 400, description = "no picture: broken, or of another type", body = ApiError),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 403, description = "not for this room, or viewers show no pictures here", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 409, description = "refused: by the moderator, or you are muted", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 429, description = "too many", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn post_image(
    State(house): State<House>,
    Path(room): Path<String>,
    address: Address,
    caller: Caller,
    Raw(body): Raw,
) -> Result<(StatusCode, Json<ImageKept>), ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    let asker = Asker::of(&caller, &room)?;
    let person = asker.actor.person;
    let is_viewer = asker.actor.role == Role::Viewer;
    if is_viewer && house.talk.viewer_images == ViewerImages::Off {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "images-off"));
    }
    house.limiter.image(person, address.network()).map_err(ApiError::too_many)?;
    let now = house.now();
    if house.engine.look(&room, move |room| room.is_muted(now, person)).await?.unwrap_or(false) {
        return Err(refused("muted"));
    }
    let drawn = draw(&house, body).await?;
    let waits = is_viewer && waits(&house, &room, &asker, &drawn).await?;
    let sealed = house.vault.seal(person, &context(&room), &drawn).await;
    let sealed = sealed.map_err(|fault| ApiError::unavailable("sealing a picture", &fault))?;
    let image = house.talk.images.keep(person, &sealed, waits).await.map_err(|error| match error {
        NotKept::Full => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "images-full"),
        NotKept::Fault(fault) => ApiError::unavailable("keeping a picture", &fault),
    })?;
    Ok((StatusCode::CREATED, Json(ImageKept { image: image.to_string(), waits })))
}

/// Draws a picture anew, away from the threads that serve people.
async fn draw(house: &House, sent: axum::body::Bytes) -> Result<Vec<u8>, ApiError> {
    let turn = tokio::time::timeout(TURN_MAX, house.talk.drawing.clone().acquire_owned()).await;
    let Ok(Ok(place)) = turn else { return Err(ApiError::too_many(2_000)) };
    let drawn = tokio::task::spawn_blocking(move || {
        let _place = place;
        redrawn(&sent)
    });
    // A reader of pictures that panics met a broken one.
    let drawn = drawn.await.unwrap_or(Err(BadPicture::Broken));
    drawn.map_err(|why| {
        let status = match why {
            BadPicture::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BadPicture::OtherType | BadPicture::Broken => StatusCode::BAD_REQUEST,
        };
        ApiError::new(status, why.code())
    })
}

/// Whether staff look at a viewer's picture before others do.
async fn waits(house: &House, room: &RoomId, asker: &Asker, drawn: &[u8]) -> Result<bool, ApiError> {
    let person = asker.actor.person;
    let asked = Asked { room, person, kind: Kind::Image, text: "", image: Some(drawn) };
    match house.talk.moderator.judge(asked).await {
        Verdict::Publish => Ok(false),
        Verdict::Hold { .. } => Ok(house.talk.viewer_images == ViewerImages::LookedAt),
        Verdict::Refuse { .. } => Err(refused("image-refused")),
    }
}

/// A picture. One that staff have yet to look at is for them and for whoever sent it.
#[utoipa::path(
    get, path = "/api/rooms/{room}/images/{image}", tag = "rooms",
    params(("room" = String, Path, description = "the room"), ("image" = String, Path, description = "the picture")),
    responses(
        (status = 200, description = "a JPEG", body = String, content_type = "image/jpeg"),
        (status = 400, description = "no picture's name", body = ApiError),
        (status = 404, description = "no such picture, or not for you, or its person was erased", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security((), ("room-token" = []), ("session" = []))
)]
pub(crate) async fn get_image(
    State(house): State<House>,
    Path((room, image)): Path<(String, String)>,
    caller: Result<Caller, ApiError>,
) -> Result<Response, ApiError> {
    let none = || ApiError::not_found("no-such-image");
    let (room, _) = room_desk(&house, &room)?;
    let kept = read(&house, parse(&image, "image")?).await?.ok_or_else(none)?;
    let asker = caller.ok().and_then(|caller| Asker::of(&caller, &room).ok());
    let sees = |asker: &Asker| asker.actor.person == kept.person || asker.actor.role != Role::Viewer;
    if kept.waits && !asker.as_ref().is_some_and(sees) {
        return Err(none());
    }
    let opened = house.vault.open(&kept.sealed, &context(&room)).await;
    let opened = opened.map_err(|fault| ApiError::unavailable("opening a picture", &fault))?;
    // Kept by the browser for a while and by nobody between: what is erased is not to live on in others' caches.
    // A shop's page shows them inside its room; what waits is for who asks with a token or session, on our own pages.
    let (cache, whose) =
        if kept.waits { ("no-store", "same-origin") } else { ("private, max-age=3600", "cross-origin") };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"picture.jpg\"")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static(whose)),
    ];
    Ok((headers, opened.ok_or_else(none)?).into_response())
}

/// The picture, when it is this person's own.
pub(crate) async fn check_own(house: &House, asker: &Asker, image: &str) -> Result<KeptImage, ApiError> {
    let kept = read(house, parse(image, "image")?).await?;
    let mine = kept.filter(|kept| kept.person == asker.actor.person);
    mine.ok_or_else(|| ApiError { field: Some("image".to_owned()), ..ApiError::not_found("no-such-image") })
}

/// From now on everybody may see the picture.
pub(crate) async fn publish(house: &House, image: ImageId) -> Result<(), ApiError> {
    let done = house.talk.images.publish(image).await;
    done.map_err(|fault| ApiError::unavailable("publishing a picture", &fault))
}

/// From now on nobody but its person and staff sees the picture.
pub(crate) async fn withdraw(house: &House, image: ImageId) -> Result<(), ApiError> {
    let done = house.talk.images.withdraw(image).await;
    done.map_err(|fault| ApiError::unavailable("withdrawing a picture", &fault))
}

async fn read(house: &House, image: ImageId) -> Result<Option<KeptImage>, ApiError> {
    let read = house.talk.images.read(image).await;
    read.map_err(|fault| ApiError::unavailable("reading a picture", &fault))
}

/// What a picture's seal is bound to: one cut out of another room, or a text, does not open.
fn context(room: &RoomId) -> Vec<u8> {
    format!("{room}/image").into_bytes()
}
