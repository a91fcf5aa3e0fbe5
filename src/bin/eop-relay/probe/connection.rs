//! The socket of a probe: one connection, no retry.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use eop_relay::probe::{Dialogue, Event, Plan, Record};
use eop_relay::timestamp::Timestamp;
use socket2::{Domain, Socket, Type};

/// Bytes that are read at once.
const BUFFER: usize = 16 << 10;

/// Carries a plan out, and returns what it came to; trouble with the network is part of it.
///
/// # Errors
/// The plan cannot be carried out.
pub fn converse(plan: Plan, source: Option<IpAddr>, started: Timestamp) -> Result<Record, String> {
    let clock = Instant::now();
    let (host, port) = (plan.host.clone(), plan.port);
    let mut dialogue = Dialogue::new(plan, started).map_err(|error| error.to_string())?;
    match address_of(&host, port, source) {
        Ok(address) => {
            dialogue.accept(Event::Connecting(address), clock.elapsed());
            match connect(address, source, remaining(&dialogue, &clock)) {
                Ok(stream) => speak(&mut dialogue, stream, &clock),
                Err(error) => not_connected(&mut dialogue, &error, &clock),
            }
        }
        Err(error) => not_connected(&mut dialogue, &error, &clock),
    }
    Ok(dialogue.finish(clock.elapsed()))
}

/// The first address of a host of the family of the source address, else IPv4 first, since inbound
/// connectors list no other.
fn address_of(host: &str, port: u16, source: Option<IpAddr>) -> std::io::Result<SocketAddr> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let mut found: Vec<SocketAddr> = match host.parse::<IpAddr>() {
        Ok(address) => vec![(address, port).into()],
        Err(_) => (host, port).to_socket_addrs()?.collect(),
    };
    found.retain(|address| source.is_none_or(|source| source.is_ipv4() == address.is_ipv4()));
    found.sort_by_key(SocketAddr::is_ipv6);
    found.first().copied().ok_or_else(|| std::io::Error::new(ErrorKind::NotFound, "no address"))
}

fn connect(
    address: SocketAddr,
    source: Option<IpAddr>,
    limit: Duration,
) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if let Some(source) = source {
        socket.bind(&SocketAddr::from((source, 0)).into())?;
    }
    socket.connect_timeout(&address.into(), limit)?;
    Ok(socket.into())
}

fn speak(dialogue: &mut Dialogue, mut stream: TcpStream, clock: &Instant) {
    let ends = stream.local_addr().and_then(|local| Ok((local, stream.peer_addr()?)));
    match ends {
        Ok((local, remote)) => {
            dialogue.accept(Event::Connected { local, remote }, clock.elapsed());
        }
        Err(error) => return not_connected(dialogue, &error, clock),
    }
    let mut buffer = [0; BUFFER];
    while dialogue.deadline().is_some() {
        let event = exchange(dialogue, &mut stream, &mut buffer, clock);
        match event {
            Ok(0) => dialogue.accept(Event::Closed, clock.elapsed()),
            Ok(length) => dialogue.accept(Event::Received(&buffer[..length]), clock.elapsed()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if remaining(dialogue, clock).is_zero() {
                    dialogue.accept(Event::TimedOut, clock.elapsed());
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => dialogue.accept(Event::Broken(&error.to_string()), clock.elapsed()),
        }
    }
    // The farewell of TLS; nobody need hear it.
    let _ = stream.write_all(&dialogue.take_output());
}

/// Sends what is to be sent, and waits for bytes until the deadline.
fn exchange(
    dialogue: &mut Dialogue,
    stream: &mut TcpStream,
    buffer: &mut [u8],
    clock: &Instant,
) -> std::io::Result<usize> {
    let limit = remaining(dialogue, clock);
    if limit.is_zero() {
        return Err(ErrorKind::TimedOut.into());
    }
    let output = dialogue.take_output();
    stream.set_write_timeout(Some(limit))?;
    stream.write_all(&output)?;
    stream.set_read_timeout(Some(remaining(dialogue, clock).max(Duration::from_millis(1))))?;
    stream.read(buffer)
}

fn remaining(dialogue: &Dialogue, clock: &Instant) -> Duration {
    dialogue.deadline().unwrap_or_default().saturating_sub(clock.elapsed())
}

fn not_connected(dialogue: &mut Dialogue, error: &std::io::Error, clock: &Instant) {
    let event = Event::NotConnected(winsock(error), &error.to_string());
    dialogue.accept(event, clock.elapsed());
}

/// The number by which Windows, and so Exchange, knows an error (winsock2.h); 0 where there is none.
fn winsock(error: &std::io::Error) -> i32 {
    let known = match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => 10060,
        ErrorKind::ConnectionRefused => 10061,
        ErrorKind::ConnectionReset => 10054,
        ErrorKind::HostUnreachable => 10065,
        ErrorKind::NetworkUnreachable => 10051,
        ErrorKind::AddrNotAvailable => 10049,
        _ => 0,
    };
    if cfg!(windows) { error.raw_os_error().unwrap_or(known) } else { known }
}
