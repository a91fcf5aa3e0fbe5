//! Socket errors: numbers from winsock2.h, names of System.Net.Sockets.SocketError.

use super::tls_error_row::TlsErrorRow;
use super::tls_error_table::{NETWORK, PEER_HUNG_UP};
use crate::finding::StepTemplate;

/// Every socket error that is known.
pub(super) static SOCKET_ERRORS: &[TlsErrorRow] = &[
    winsock(
        "OperationAborted",
        "WSA_OPERATION_ABORTED",
        995,
        "the connection was closed on this side while an operation on it was still under way: this \
         server gave up waiting, or its transport service was being stopped",
        PEER_HUNG_UP,
    ),
    winsock("Interrupted", "WSAEINTR", 10_004, "a blocking call was interrupted", NETWORK),
    winsock(
        "AccessDenied",
        "WSAEACCES",
        10_013,
        "the socket may not be used in this way: mostly a local firewall or security product",
        NETWORK,
    ),
    winsock("Fault", "WSAEFAULT", 10_014, "a bad address was passed to a socket call", NETWORK),
    winsock(
        "InvalidArgument",
        "WSAEINVAL",
        10_022,
        "an invalid argument was passed to a socket call",
        NETWORK,
    ),
    winsock("TooManyOpenSockets", "WSAEMFILE", 10_024, "too many sockets are open", NETWORK),
    winsock(
        "WouldBlock",
        "WSAEWOULDBLOCK",
        10_035,
        "the operation could not be completed at once",
        NETWORK,
    ),
    winsock(
        "NotSocket",
        "WSAENOTSOCK",
        10_038,
        "the operation was tried on something that is no socket",
        NETWORK,
    ),
    winsock(
        "AddressAlreadyInUse",
        "WSAEADDRINUSE",
        10_048,
        "the local address and port are in use",
        NETWORK,
    ),
    winsock(
        "AddressNotAvailable",
        "WSAEADDRNOTAVAIL",
        10_049,
        "the source address is not one of this server",
        NETWORK,
    ),
    winsock("NetworkDown", "WSAENETDOWN", 10_050, "the network is down", NETWORK),
    winsock(
        "NetworkUnreachable",
        "WSAENETUNREACH",
        10_051,
        "there is no route to the other side",
        NETWORK,
    ),
    winsock(
        "NetworkReset",
        "WSAENETRESET",
        10_052,
        "the connection was reset because a keep-alive failed",
        NETWORK,
    ),
    winsock(
        "ConnectionAborted",
        "WSAECONNABORTED",
        10_053,
        "this server's own network stack ended the connection: a timeout, a security product, or \
         the other side stopped answering",
        PEER_HUNG_UP,
    ),
    winsock(
        "ConnectionReset",
        "WSAECONNRESET",
        10_054,
        "the other side hung up (TLS version or cipher), or a device between did in its name",
        PEER_HUNG_UP,
    ),
    winsock(
        "NoBufferSpaceAvailable",
        "WSAENOBUFS",
        10_055,
        "the server ran out of socket buffers or ports",
        NETWORK,
    ),
    winsock("NotConnected", "WSAENOTCONN", 10_057, "the socket is not connected", NETWORK),
    winsock(
        "Shutdown",
        "WSAESHUTDOWN",
        10_058,
        "the connection was already shut down",
        PEER_HUNG_UP,
    ),
    winsock(
        "TimedOut",
        "WSAETIMEDOUT",
        10_060,
        "the other side did not answer in time: mostly a firewall drops the packets",
        NETWORK,
    ),
    winsock(
        "ConnectionRefused",
        "WSAECONNREFUSED",
        10_061,
        "nothing listens on that port, or a firewall refuses it",
        NETWORK,
    ),
    winsock("HostDown", "WSAEHOSTDOWN", 10_064, "the other host is down", NETWORK),
    winsock(
        "HostUnreachable",
        "WSAEHOSTUNREACH",
        10_065,
        "there is no route to the other host",
        NETWORK,
    ),
    winsock("HostNotFound", "WSAHOST_NOT_FOUND", 11_001, "DNS does not know the host", NETWORK),
    winsock("TryAgain", "WSATRY_AGAIN", 11_002, "DNS did not answer; it may do so later", NETWORK),
    winsock("NoRecovery", "WSANO_RECOVERY", 11_003, "DNS failed for good", NETWORK),
    winsock(
        "NoData",
        "WSANO_DATA",
        11_004,
        "DNS knows the name but has no address for it",
        NETWORK,
    ),
];

const fn winsock(
    name: &'static str,
    symbol: &'static str,
    code: i32,
    meaning: &'static str,
    remedy: &'static [StepTemplate],
) -> TlsErrorRow {
    TlsErrorRow { name, symbol: Some(symbol), code: Some(code), meaning, remedy }
}
