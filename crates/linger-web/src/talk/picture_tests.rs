//! Pictures that mean harm, and pictures that do not.

use super::*;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder, codecs::webp::WebPEncoder};
use proptest::prelude::*;

/// A picture with a red left half and a green right half.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(
        width,
        height,
        |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 220, 20]) },
    )
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = vec![];
    let (width, height) = picture.dimensions();
    PngEncoder::new(&mut bytes).write_image(picture, width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = vec![];
    JpegEncoder::new(&mut bytes).encode_image(picture).unwrap();
    bytes
}

fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = vec![];
    let (width, height) = picture.dimensions();
    WebPEncoder::new_lossless(&mut bytes)
        .write_image(picture, width, height, ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

fn read(written: &[u8]) -> RgbImage {
    assert_eq!(sniffed(written), Some(ImageFormat::Jpeg));
    image::load_from_memory_with_format(written, ImageFormat::Jpeg).unwrap().to_rgb8()
}

/// A PNG whose head says this size, with next to nothing behind it.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&halves(8, 8));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// The check sum of PNG chunks (ISO 3309), bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
    })
}

#[test]
fn every_type_comes_out_as_a_jpeg_of_the_same_picture() {
    let picture = halves(64, 32);
    for sent in [png(&picture), jpeg(&picture), webp(&picture)] {
        let seen = read(&redrawn(&sent).unwrap());
        assert_eq!(seen.dimensions(), (64, 32));
        assert!(seen.get_pixel(8, 16).0[0] > 150 && seen.get_pixel(56, 16).0[1] > 150);
    }
}

#[test]
fn a_large_picture_is_made_smaller_and_keeps_its_shape() {
    let seen = read(&redrawn(&jpeg(&halves(4_000, 3_000))).unwrap());
    assert_eq!(seen.dimensions(), (1_280, 960));
}

#[test]
fn a_bomb_is_refused_by_its_head() {
    for (width, height) in
        [(60_000, 60_000), (8_193, 1), (1, 8_193), (8_192, 8_192), (u32::MAX, u32::MAX), (0, 5)]
    {
        let refused = redrawn(&bomb(width, height)).unwrap_err();
        assert!(
            matches!(refused, BadPicture::TooLarge | BadPicture::Broken),
            "{width} x {height}: {refused:?}"
        );
    }
    assert_eq!(redrawn(&bomb(8_192, 8_192)), Err(BadPicture::TooLarge));
}

#[test]
fn where_and_with_what_it_was_taken_is_gone_and_the_picture_stands_upright() {
    // An Exif block that says: turn by 90 degrees; and a comment as of a camera.
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend(b"GPS 52.5163N 13.3777E");
    let mut sent = jpeg(&halves(64, 32));
    let mut block = vec![0xff, 0xe1];
    block.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    block.extend(&exif);
    sent.splice(2..2, block);
    let written = redrawn(&sent).unwrap();
    let seen = read(&written);
    assert_eq!(seen.dimensions(), (32, 64), "turned upright");
    assert!(seen.get_pixel(16, 8).0[0] > 150 && seen.get_pixel(16, 56).0[1] > 150);
    for secret in [&b"Exif"[..], b"GPS", b"13.3777"] {
        assert!(!written.windows(secret.len()).any(|it| it == secret), "metadata came through");
    }
}

#[test]
fn what_hides_behind_a_picture_does_not_come_through() {
    for mut sent in [png(&halves(16, 16)), jpeg(&halves(16, 16))] {
        sent.extend(b"<script>alert(1)</script>PK\x03\x04");
        let written = redrawn(&sent).unwrap();
        assert!(!written.windows(8).any(|it| it == b"<script>"));
    }
}

#[test]
fn what_is_no_picture_of_ours_is_refused_by_its_type() {
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    for sent in [&b""[..], gif, svg, b"%PDF-1.7", b"RIFF\0\0\0\0WAVE", b"BM", b"II*\0"] {
        assert_eq!(redrawn(sent), Err(BadPicture::OtherType));
    }
}

#[test]
fn a_picture_without_ground_stands_on_white() {
    let clear = image::RgbaImage::from_pixel(8, 8, image::Rgba([0, 0, 0, 0]));
    let mut sent = vec![];
    PngEncoder::new(&mut sent).write_image(&clear, 8, 8, ExtendedColorType::Rgba8).unwrap();
    assert!(read(&redrawn(&sent).unwrap()).get_pixel(4, 4).0.iter().all(|it| *it > 250));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Cut anywhere, bent anywhere: an answer, never a panic, and never anything but a small JPEG.
    #[test]
    fn a_damaged_picture_is_an_answer_and_never_a_panic(
        kind in 0usize..3,
        cut in 0usize..2_000,
        bends in prop::collection::vec((0usize..2_000, any::<u8>()), 0..6),
    ) {
        let picture = halves(24, 16);
        let mut sent = [png(&picture), jpeg(&picture), webp(&picture)][kind].clone();
        for (place, byte) in bends {
            if let Some(it) = sent.get_mut(place) {
                *it = byte;
            }
        }
        sent.truncate(cut.max(1));
        if let Ok(written) = redrawn(&sent) {
            let (width, height) = read(&written).dimensions();
            prop_assert!(width <= SIDE_MAX && height <= SIDE_MAX);
        }
    }

    /// The right first bytes and anything after them.
    #[test]
    fn noise_with_a_picture_s_first_bytes_is_refused(kind in 0usize..3, noise in prop::collection::vec(any::<u8>(), 0..600)) {
        let first = [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"RIFF\x10\x27\0\0WEBPVP8 "][kind];
        let sent = [first, &noise].concat();
        prop_assert!(redrawn(&sent).is_err());
    }
}
