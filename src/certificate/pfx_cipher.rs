//! The ciphers of PFX files: PBES2 (RFC 8018, section 6.2), and those of PKCS #12 itself (RFC 7292,
//! appendices B and C), which Windows wrote until 2019 and other tools write still.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit};
use hmac::Mac;
use hmac::digest::Digest;
use hmac::digest::core_api::BlockSizeUser;
use pkcs5::EncryptionScheme;
use pkcs5::pbes2::Kdf;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::ber::{BerElement, Children};
use super::der::{Malformed, tag, unsigned};

/// Why content cannot be decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CipherTrouble {
    /// The password is another one.
    Password,
    Malformed,
    /// What is not understood, in words.
    Unsupported(&'static str),
}

impl From<Malformed> for CipherTrouble {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// The most rounds of a key: Windows takes 2,000, others up to some 100,000.
const MAXIMUM_ROUNDS: u32 = 1_000_000;
const UNKNOWN_CIPHER: CipherTrouble =
    CipherTrouble::Unsupported("its encryption is none that Windows writes");

/// pkcs-12PbeIds (RFC 7292, appendix C), without their last arc.
const PKCS12_PBE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1];

/// Decrypts by the AlgorithmIdentifier.
pub(super) fn decrypt(
    algorithm: &BerElement<'_>,
    content: &[u8],
    password: &str,
) -> Result<Zeroizing<Vec<u8>>, CipherTrouble> {
    let mut fields = Children::of(algorithm.content);
    let id = fields.expect(tag::OBJECT_IDENTIFIER)?;
    if let Some([own]) = id.strip_prefix(PKCS12_PBE) {
        let mut parameters = Children::of(fields.expect(tag::SEQUENCE)?);
        let salt = parameters.take()?.octets()?;
        let rounds = rounds(parameters.expect(tag::INTEGER)?)?;
        let pbe = Pkcs12Pbe { password: bmp(password), salt: &salt, rounds };
        return pbe.decrypt(*own, content).map(Zeroizing::new);
    }
    let scheme = EncryptionScheme::try_from(algorithm.encoding).map_err(|_| UNKNOWN_CIPHER)?;
    match scheme.pbes2().map(|parameters| &parameters.kdf) {
        Some(Kdf::Pbkdf2(kdf)) if kdf.iteration_count <= MAXIMUM_ROUNDS => {}
        _ => return Err(UNKNOWN_CIPHER),
    }
    scheme.decrypt(password, content).map(Zeroizing::new).map_err(|_| CipherTrouble::Password)
}

/// Holds the MAC of the file against its content (RFC 7292, section 4).
pub(super) fn verify_mac(
    mac_data: &[u8],
    content: &[u8],
    password: &str,
) -> Result<(), CipherTrouble> {
    let mut fields = Children::of(mac_data);
    let mut mac = Children::of(fields.expect(tag::SEQUENCE)?);
    let digest = Children::of(mac.expect(tag::SEQUENCE)?).expect(tag::OBJECT_IDENTIFIER)?;
    let wanted = mac.take()?.octets()?;
    let salt = fields.take()?.octets()?;
    let rounds = if fields.is_empty() { 1 } else { rounds(fields.expect(tag::INTEGER)?)? };
    let verify = match digest {
        [0x2B, 0x0E, 3, 2, 0x1A] => mac_of::<Sha1, hmac::SimpleHmac<Sha1>>,
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => mac_of::<Sha256, hmac::SimpleHmac<Sha256>>,
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => mac_of::<Sha384, hmac::SimpleHmac<Sha384>>,
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => mac_of::<Sha512, hmac::SimpleHmac<Sha512>>,
        _ => return Err(CipherTrouble::Unsupported("its MAC is none that Windows writes")),
    };
    // The empty password is two zero bytes to some, and nothing at all to others.
    let passwords = [bmp(password), Zeroizing::new(Vec::new())];
    let tried = if password.is_empty() { 2 } else { 1 };
    let is_right =
        |password: &Zeroizing<Vec<u8>>| verify(password, &salt, rounds, content, &wanted);
    if passwords[..tried].iter().any(is_right) { Ok(()) } else { Err(CipherTrouble::Password) }
}

fn mac_of<D: Digest + BlockSizeUser, M: Mac + hmac::digest::KeyInit>(
    password: &[u8],
    salt: &[u8],
    rounds: u32,
    content: &[u8],
    wanted: &[u8],
) -> bool {
    const MAC_KEY: u8 = 3;
    let length = <D as Digest>::output_size();
    let key = derive::<D>(password, salt, MAC_KEY, rounds, length);
    let Ok(mut mac) = <M as Mac>::new_from_slice(&key) else { return false };
    mac.update(content);
    mac.verify_slice(wanted).is_ok()
}

fn rounds(content: &[u8]) -> Result<u32, CipherTrouble> {
    let rounds = unsigned(content)?;
    if (1..=MAXIMUM_ROUNDS).contains(&rounds) {
        Ok(rounds)
    } else {
        Err(CipherTrouble::Unsupported("its key takes more rounds than any tool writes"))
    }
}

/// BMPString with a NUL at its end (RFC 7292, appendix B.1).
fn bmp(password: &str) -> Zeroizing<Vec<u8>> {
    let units = password.encode_utf16().chain(std::iter::once(0));
    Zeroizing::new(units.flat_map(u16::to_be_bytes).collect())
}

/// A password-based encryption of PKCS #12.
struct Pkcs12Pbe<'a> {
    password: Zeroizing<Vec<u8>>,
    salt: &'a [u8],
    rounds: u32,
}

impl Pkcs12Pbe<'_> {
    fn decrypt(&self, algorithm: u8, content: &[u8]) -> Result<Vec<u8>, CipherTrouble> {
        match algorithm {
            1 => Ok(rc4(&self.key(16), content)),
            2 => Ok(rc4(&self.key(5), content)),
            3 => self.cbc::<des::TdesEde3>(24, content),
            4 => self.cbc::<des::TdesEde2>(16, content),
            5 => self.cbc::<rc2::Rc2>(16, content),
            6 => self.cbc::<rc2::Rc2>(5, content),
            _ => Err(UNKNOWN_CIPHER),
        }
    }

    fn key(&self, length: usize) -> Zeroizing<Vec<u8>> {
        const ENCRYPTION_KEY: u8 = 1;
        derive::<Sha1>(&self.password, self.salt, ENCRYPTION_KEY, self.rounds, length)
    }

    fn cbc<C: BlockCipherDecrypt + KeyInit>(
        &self,
        key_length: usize,
        content: &[u8],
    ) -> Result<Vec<u8>, CipherTrouble> {
        const IV: u8 = 2;
        let iv = derive::<Sha1>(&self.password, self.salt, IV, self.rounds, 8);
        let cipher = cbc::Decryptor::<C>::new_from_slices(&self.key(key_length), &iv);
        let cipher = cipher.map_err(|_| CipherTrouble::Malformed)?;
        cipher.decrypt_padded_vec::<Pkcs7>(content).map_err(|_| CipherTrouble::Password)
    }
}

/// RFC 7292, appendix B.2.
fn derive<D: Digest + BlockSizeUser>(
    password: &[u8],
    salt: &[u8],
    purpose: u8,
    rounds: u32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let block = D::block_size();
    let filled = |text: &[u8]| -> Vec<u8> {
        text.iter().copied().cycle().take(text.len().div_ceil(block) * block).collect()
    };
    let diversifier = vec![purpose; block];
    let mut input = Zeroizing::new([filled(salt), filled(password)].concat());
    let mut key = Zeroizing::new(Vec::with_capacity(length + <D as Digest>::output_size()));
    while key.len() < length {
        let mut hash = D::new().chain_update(&diversifier).chain_update(&input[..]).finalize();
        for _ in 1..rounds {
            hash = D::digest(&hash);
        }
        key.extend_from_slice(&hash);
        for part in input.chunks_mut(block) {
            let mut carry = 1_u16;
            for (at, octet) in part.iter_mut().enumerate().rev() {
                carry += u16::from(*octet) + u16::from(hash[at % hash.len()]);
                *octet = carry.to_be_bytes()[1];
                carry >>= 8;
            }
        }
    }
    key.truncate(length);
    key
}

/// RC4, which no kept-up crate has for keys of any length. It hides nothing any more, and is read here
/// alone.
fn rc4(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut other = 0_u8;
    for place in 0..=255_u8 {
        let own = state[usize::from(place)];
        other = other.wrapping_add(own).wrapping_add(key[usize::from(place) % key.len()]);
        state.swap(usize::from(place), usize::from(other));
    }
    let (mut one, mut other) = (0_u8, 0_u8);
    let decrypted = content.iter().map(|octet| {
        one = one.wrapping_add(1);
        other = other.wrapping_add(state[usize::from(one)]);
        state.swap(usize::from(one), usize::from(other));
        let sum = state[usize::from(one)].wrapping_add(state[usize::from(other)]);
        octet ^ state[usize::from(sum)]
    });
    decrypted.collect()
}
