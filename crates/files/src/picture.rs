//! Pictures: what people upload becomes two squares without any of its hidden data.

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use std::io::Cursor;
use tokio::sync::Semaphore;

/// The sides of the squares that are kept.
pub const SMALL: u32 = 128;
pub const LARGE: u32 = 512;
/// The most pixels on one side, and altogether. They are known before anything is decoded.
const MAX_SIDE: u32 = 12_000;
const MAX_PIXELS: u64 = 40_000_000;
/// The most bytes that decoding may take.
const MAX_DECODED: u64 = 256 << 20;
const QUALITY: u8 = 88;

/// The part of the picture to keep, in pixels. A side that is not given reaches to the edge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Crop {
    pub x: Option<u32>,
    pub y: Option<u32>,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// The two squares, as JPEG.
#[derive(Debug, Clone)]
pub struct Squares {
    pub small: Vec<u8>,
    pub large: Vec<u8>,
}

/// Why a picture is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("The picture must be a GIF, JPG or PNG")]
    Format,
    #[error("The picture is too large: at most {MAX_SIDE} pixels wide and high, and {MAX_PIXELS} pixels altogether")]
    TooLarge,
    #[error("The crop reaches beyond the picture")]
    Crop,
    #[error("The picture must be as wide as it is high")]
    NotSquare,
    #[error("The picture must be at least {SMALL} pixels wide and high")]
    TooSmall,
}

/// The format of a picture by its first bytes, whatever its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Gif,
    Jpeg,
    Png,
}

impl Format {
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Gif => "image/gif",
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Format::Gif => "gif",
            Format::Jpeg => "jpg",
            Format::Png => "png",
        }
    }
}

/// Looks at the head of a picture only: what it is, and that it is not too large to be shown.
pub fn examine(bytes: &[u8]) -> Result<Format, PictureError> {
    let (decoder, format) = decoder(bytes)?;
    check_size(decoder.dimensions())?;
    Ok(format)
}

/// [`squares`], beside the threads that answer requests, and for a few pictures at a time: each may take a second and
/// 256 MiB.
pub async fn squares_in_background(bytes: Bytes, crop: Crop) -> Result<Squares, PictureError> {
    static TURNS: Semaphore = Semaphore::const_new(2);
    // Nobody closes it.
    let _turn = TURNS.acquire().await;
    let made = tokio::task::spawn_blocking(move || squares(&bytes, crop)).await;
    // A decoder that panics has met something that is no picture.
    made.unwrap_or(Err(PictureError::Format))
}

/// Cuts a square out of a picture and makes the two sizes of it.
pub fn squares(bytes: &[u8], crop: Crop) -> Result<Squares, PictureError> {
    let (mut decoder, _) = decoder(bytes)?;
    check_size(decoder.dimensions())?;
    // Crops count the pixels that people see, so that the picture is turned first.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| PictureError::Format)?;
    picture.apply_orientation(orientation);
    let (x, y, side) = square(picture.width(), picture.height(), crop)?;
    let large = on_white(&picture.crop_imm(x, y, side, side).resize_exact(LARGE, LARGE, FilterType::Lanczos3));
    let small = image::imageops::resize(&large, SMALL, SMALL, FilterType::Lanczos3);
    Ok(Squares { small: jpeg(&small)?, large: jpeg(&large)? })
}

fn decoder(bytes: &[u8]) -> Result<(impl ImageDecoder + '_, Format), PictureError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| PictureError::Format)?;
    let format = match reader.format() {
        Some(ImageFormat::Gif) => Format::Gif,
        Some(ImageFormat::Jpeg) => Format::Jpeg,
        Some(ImageFormat::Png) => Format::Png,
        _ => return Err(PictureError::Format),
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    Ok((reader.into_decoder().map_err(|_| PictureError::Format)?, format))
}

fn check_size((width, height): (u32, u32)) -> Result<(), PictureError> {
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge);
    }
    Ok(())
}

/// Where the square begins, and its side.
fn square(width: u32, height: u32, crop: Crop) -> Result<(u32, u32, u32), PictureError> {
    let (x, y) = (crop.x.unwrap_or(0), crop.y.unwrap_or(0));
    let rest_wide = width.checked_sub(x).ok_or(PictureError::Crop)?;
    let rest_high = height.checked_sub(y).ok_or(PictureError::Crop)?;
    let (wide, high) = (crop.width.unwrap_or(rest_wide), crop.height.unwrap_or(rest_high));
    if wide > rest_wide || high > rest_high {
        return Err(PictureError::Crop);
    }
    if wide != high {
        return Err(PictureError::NotSquare);
    }
    if wide < SMALL {
        return Err(PictureError::TooSmall);
    }
    Ok((x, y, wide))
}

/// JPEG knows no transparency.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let pixels = picture.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        let blend = |colour: u8| ((u16::from(colour) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255) as u8;
        Rgb([blend(red), blend(green), blend(blue)])
    })
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture).map_err(|_| PictureError::Format)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Rgba, RgbaImage};

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
        encoded(&picture.into(), ImageFormat::Png)
    }

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn crop(x: u32, y: u32, width: u32, height: u32) -> Crop {
        Crop { x: Some(x), y: Some(y), width: Some(width), height: Some(height) }
    }

    fn colour(bytes: &[u8]) -> [u8; 3] {
        image::load_from_memory(bytes).unwrap().to_rgb8().get_pixel(60, 60).0
    }

    #[test]
    fn makes_two_squares_of_what_is_cropped() {
        let squares = squares(&png(400, 200), crop(200, 0, 200, 200)).unwrap();
        for (bytes, side) in [(&squares.small, SMALL), (&squares.large, LARGE)] {
            let picture = image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap();
            assert_eq!((picture.width(), picture.height()), (side, side));
            let [red, _, blue] = colour(bytes);
            assert!(red < 20 && blue > 235, "the right half is blue: {red} {blue}");
        }
    }

    #[test]
    fn takes_gif_jpg_and_png_by_their_content() {
        let picture: DynamicImage = RgbImage::new(128, 128).into();
        for (format, expected) in [(ImageFormat::Gif, Format::Gif), (ImageFormat::Jpeg, Format::Jpeg), (ImageFormat::Png, Format::Png)] {
            let bytes = encoded(&picture, format);
            assert_eq!(examine(&bytes), Ok(expected));
            assert!(squares(&bytes, Crop::default()).is_ok(), "{format:?}");
        }
        for bytes in [b"".as_slice(), b"hello", b"BM\x36\x00\x00\x00", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"<svg/>"] {
            assert_eq!(examine(bytes), Err(PictureError::Format), "{bytes:?}");
            assert_eq!(squares(bytes, Crop::default()).map(drop), Err(PictureError::Format), "{bytes:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_square_or_too_small() {
        let refused = |width, height, crop| squares(&png(width, height), crop).map(drop);
        assert_eq!(refused(200, 150, Crop::default()), Err(PictureError::NotSquare));
        assert_eq!(refused(127, 127, Crop::default()), Err(PictureError::TooSmall));
        assert_eq!(refused(200, 200, crop(0, 0, 100, 100)), Err(PictureError::TooSmall));
        assert_eq!(refused(200, 200, crop(100, 0, 128, 128)), Err(PictureError::Crop));
        assert_eq!(refused(200, 200, crop(u32::MAX, 0, 128, 128)), Err(PictureError::Crop));
        assert_eq!(refused(200, 200, crop(0, 0, u32::MAX, u32::MAX)), Err(PictureError::Crop));
        assert_eq!(refused(200, 150, Crop { x: Some(50), ..Crop::default() }), Ok(()));
    }

    /// A small file that would become gigabytes is refused by its head.
    #[test]
    fn refuses_bombs_before_they_are_decoded() {
        let bomb = encoded(&DynamicImage::from(GrayImage::new(12_001, 200)), ImageFormat::Png);
        assert!(bomb.len() < 200_000, "{}", bomb.len());
        assert_eq!(squares(&bomb, Crop::default()).map(drop), Err(PictureError::TooLarge));
        let mut lying = png(128, 128);
        // The width and height of the head of a PNG, and its check sum.
        lying[16..24].copy_from_slice(&[0, 0, 0x80, 0, 0, 0, 0x80, 0]);
        assert!(matches!(squares(&lying, Crop::default()).map(drop), Err(PictureError::TooLarge | PictureError::Format)));
        let many = encoded(&DynamicImage::from(GrayImage::new(9_000, 9_000)), ImageFormat::Png);
        assert_eq!(examine(&many), Err(PictureError::TooLarge));
    }

    #[test]
    fn a_cut_off_picture_is_refused() {
        let whole = png(300, 300);
        for length in [20, 50, whole.len() / 2] {
            assert!(squares(&whole[..length], Crop::default()).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn what_is_transparent_becomes_white() {
        let clear: DynamicImage = RgbaImage::from_pixel(128, 128, Rgba([0, 0, 0, 0])).into();
        let squares = squares(&encoded(&clear, ImageFormat::Png), Crop::default()).unwrap();
        assert!(colour(&squares.small).iter().all(|part| *part > 250));
    }
}
