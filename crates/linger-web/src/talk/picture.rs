//! A picture from outside, drawn anew: what comes in is hostile, what goes out is a plain JPEG that we wrote. It does
//! not know who sent it or where it is kept.
//!
//! Nothing of the old file survives but its colours: no place and time of the shot, no name of the camera, no text
//! hidden behind the picture, no second picture or program in the same file. Of an animation the first frame stays.

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage, codecs::jpeg::JpegEncoder,
    imageops::FilterType,
};
use std::io::Cursor;

/// Bytes of a picture as it is sent.
pub(crate) const SENT_BYTES_MAX: usize = 5 << 20;
/// The longer side of a picture as it is kept.
const SIDE_MAX: u32 = 1_280;
/// The longer side of a picture that is read at all.
const READ_SIDE_MAX: u32 = 8_192;
/// Bytes of a picture while it is being read: 64 MB are 22 million points in three colours.
const READ_BYTES_MAX: u64 = 64 << 20;
const JPEG_QUALITY: u8 = 85;

/// Why a file is no picture for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadPicture {
    /// It is no PNG, JPEG or WebP.
    OtherType,
    /// It says that it is larger than what is read.
    TooLarge,
    /// It is broken, or is not what it says.
    Broken,
}

impl BadPicture {
    /// The code that has a sentence.
    pub(crate) fn code(self) -> &'static str {
        match self {
            BadPicture::OtherType => "image-type",
            BadPicture::TooLarge => "image-too-large",
            BadPicture::Broken => "image-broken",
        }
    }
}

/// The picture anew, as a JPEG whose longer side is at most 1,280 points, the right way up, without anything else that
/// was in the file. What a transparent picture shows through is white.
///
/// A bomb is refused by what its head says, before anything is unpacked.
pub(crate) fn redrawn(sent: &[u8]) -> Result<Vec<u8>, BadPicture> {
    let format = sniffed(sent).ok_or(BadPicture::OtherType)?;
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(judged)?;
    let (width, height) = decoder.dimensions();
    let fits = (1..=READ_SIDE_MAX).contains(&width) && (1..=READ_SIDE_MAX).contains(&height);
    if !fits || decoder.total_bytes() > READ_BYTES_MAX {
        return Err(BadPicture::TooLarge);
    }
    // A file that says nonsense about its turn is shown as it lies.
    let turn = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(judged)?;
    if width > SIDE_MAX || height > SIDE_MAX {
        // Before turning: less to turn.
        picture = picture.resize(SIDE_MAX, SIDE_MAX, FilterType::Triangle);
    }
    picture.apply_orientation(turn);
    let plain = on_white(&picture);
    let mut written = Vec::with_capacity(256 << 10);
    JpegEncoder::new_with_quality(&mut written, JPEG_QUALITY)
        .encode_image(&plain)
        .map_err(|_| BadPicture::Broken)?;
    Ok(written)
}

/// What a file is by its first bytes; what it is called or said to be does not count.
fn sniffed(sent: &[u8]) -> Option<ImageFormat> {
    match sent {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(READ_SIDE_MAX);
    limits.max_image_height = Some(READ_SIDE_MAX);
    limits.max_alloc = Some(READ_BYTES_MAX);
    limits
}

fn judged(error: image::ImageError) -> BadPicture {
    match error {
        image::ImageError::Limits(_) => BadPicture::TooLarge,
        _ => BadPicture::Broken,
    }
}

fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let seen = picture.to_rgba8();
    let over = |colour: u8, alpha: u8| {
        let mixed = (u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [r, g, b, a] = seen.get_pixel(x, y).0;
        Rgb([over(r, a), over(g, a), over(b, a)])
    })
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
