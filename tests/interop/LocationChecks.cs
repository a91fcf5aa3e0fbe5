namespace EopRelay.Tests
{
    /// <summary>Whose log it is, and where it is read: a table of cases.</summary>
    internal static class LocationChecks
    {
        private const string Folder = @"C:\Exchange\Logs\Hub\ProtocolLog\SmtpSend";
        private static readonly ComputerNames Here = new ComputerNames("EX1", "ex1", "contoso.com");
        private static readonly ComputerNames HereWithoutDomain = new ComputerNames("EX1", "ex1", "");

        internal static void Run(Checks checks)
        {
            Owners(checks);
            Computers(checks);
            Paths(checks);
            Failures(checks);
        }

        private static void Owners(Checks checks)
        {
            var cases = new[]
            {
                // owner, path, -Server, -LogsAreLocal, path to read, server
                new { Says = "this server's folder is read as it is", Owner = "EX1", Path = Folder, Server = "", Local = false, Read = Folder, Label = "EX1" },
                new { Says = "a server is known by its name in any case", Owner = "ex1", Path = Folder, Server = "", Local = false, Read = Folder, Label = "ex1" },
                new { Says = "a server is known by its full name", Owner = "ex1.CONTOSO.com", Path = Folder, Server = "", Local = false, Read = Folder, Label = "ex1.CONTOSO.com" },
                new { Says = "a namesake in another domain is another server", Owner = "ex1.fabrikam.com", Path = @"C:\Logs", Server = "", Local = false, Read = @"\\ex1.fabrikam.com\C$\Logs", Label = "ex1.fabrikam.com" },
                new { Says = "another server's folder is read over its administrative share", Owner = "EX2", Path = Folder, Server = "", Local = false, Read = @"\\EX2\C$\Exchange\Logs\Hub\ProtocolLog\SmtpSend", Label = "EX2" },
                new { Says = "so it is on another drive", Owner = "EX2", Path = @"d:\Logs", Server = "", Local = false, Read = @"\\EX2\d$\Logs", Label = "EX2" },
                new { Says = "forward slashes are turned, for a share takes none", Owner = "EX2", Path = "D:/Logs/Send", Server = "", Local = false, Read = @"\\EX2\D$\Logs\Send", Label = "EX2" },
                new { Says = "an extended path stays extended", Owner = "EX2", Path = @"\\?\C:\Logs", Server = "", Local = false, Read = @"\\?\UNC\EX2\C$\Logs", Label = "EX2" },
                new { Says = "blanks around a name do not make another server", Owner = " EX1 ", Path = Folder, Server = "", Local = false, Read = Folder, Label = "EX1" },
                new { Says = "copies are read where they lie", Owner = "EX2", Path = Folder, Server = "", Local = true, Read = Folder, Label = "EX2" },
                new { Says = "a share is read as it is, and is the named server's", Owner = "EX2", Path = @"\\nas\logs\EX2", Server = "", Local = false, Read = @"\\nas\logs\EX2", Label = "EX2" },
                new { Says = "a share without a named server is its host's", Owner = "", Path = @"\\EX3\logs", Server = "", Local = false, Read = @"\\EX3\logs", Label = "EX3" },
                new { Says = "a path without an owner is read here, and nobody's", Owner = "", Path = Folder, Server = "", Local = false, Read = Folder, Label = (string)null },
                new { Says = "-Server names the sessions and does not move the path", Owner = "EX2", Path = Folder, Server = "Named", Local = false, Read = @"\\EX2\C$\Exchange\Logs\Hub\ProtocolLog\SmtpSend", Label = "Named" },
                new { Says = "localhost is this computer", Owner = "localhost", Path = Folder, Server = "", Local = false, Read = Folder, Label = "localhost" },
            };
            foreach (var row in cases)
            {
                checks.That(row.Says, () =>
                {
                    LogLocation location = LogLocation.OfOwner(row.Owner, row.Path, row.Server, row.Local, Here);
                    Checks.Equal(row.Read, location.Path);
                    Checks.Equal(row.Label, location.Server);
                    Checks.Equal(false, location.Wildcards);
                    Checks.Equal(row.Read == row.Path ? null : row.Path, location.PathOnServer);
                });
            }
        }

        private static void Computers(Checks checks)
        {
            checks.That("a computer that knows no domain compares the first label", () =>
            {
                Checks.True(HereWithoutDomain.Include("ex1.contoso.com"), "ex1.contoso.com");
                Checks.True(!HereWithoutDomain.Include("ex2.contoso.com"), "ex2.contoso.com");
            });
            checks.That("a NetBIOS name is cut at 15 characters, the host name is not", () =>
            {
                var longName = new ComputerNames("EXCHANGE-SERVER", "exchange-server-01", "contoso.com");
                Checks.True(longName.Include("EXCHANGE-SERVER"), "the NetBIOS name");
                Checks.True(longName.Include("exchange-server-01"), "the host name");
                Checks.True(longName.Include("exchange-server-01.contoso.com."), "the full name with the root's dot");
                Checks.True(!longName.Include("exchange-server-02"), "the neighbour");
            });
            checks.That("a host name may carry the domain", () =>
            {
                var unix = new ComputerNames("relay", "relay.contoso.com", "");
                Checks.True(unix.Include("RELAY.contoso.com"), "the full name");
                Checks.True(!unix.Include("relay.fabrikam.com"), "a namesake");
            });
            checks.That("an empty name is no computer's", () =>
                Checks.True(!new ComputerNames("", "", "").Include(""), "the empty name"));
            checks.That("this computer knows its own name", () =>
                Checks.True(ComputerNames.OfThisComputer().Include(System.Environment.MachineName), "MachineName"));
        }

        private static void Paths(Checks checks)
        {
            var cases = new[]
            {
                new { Path = @"\\EX1\C$\logs", Host = "EX1", OnDrive = false },
                new { Path = @"\\EX1", Host = "EX1", OnDrive = false },
                new { Path = @"\\?\UNC\EX1\logs", Host = "EX1", OnDrive = false },
                new { Path = @"\\?\unc\EX1\logs", Host = "EX1", OnDrive = false },
                new { Path = @"\\?\C:\logs", Host = (string)null, OnDrive = true },
                new { Path = @"\\.\PhysicalDrive0", Host = (string)null, OnDrive = false },
                new { Path = @"\\", Host = (string)null, OnDrive = false },
                new { Path = @"C:\logs", Host = (string)null, OnDrive = true },
                new { Path = "c:/logs", Host = (string)null, OnDrive = true },
                new { Path = "C:logs", Host = (string)null, OnDrive = false },
                new { Path = "C:", Host = (string)null, OnDrive = false },
                new { Path = "/var/logs", Host = (string)null, OnDrive = false },
                new { Path = @"logs\SEND.LOG", Host = (string)null, OnDrive = false },
                new { Path = "", Host = (string)null, OnDrive = false },
            };
            foreach (var row in cases)
            {
                checks.That("the text of the path '" + row.Path + "' shows its host and drive", () =>
                {
                    Checks.Equal(row.Host, WindowsPath.UncHost(row.Path));
                    Checks.Equal(row.OnDrive, WindowsPath.IsOnDrive(row.Path));
                });
            }
            checks.That("a path given by hand is its UNC host's unless -Server says otherwise", () =>
            {
                Checks.Equal("EX3", LogLocation.OfPath(@"\\EX3\C$\logs", false, "").Server);
                Checks.Equal("EX4", LogLocation.OfPath(@"\\EX3\C$\logs", false, "EX4").Server);
                Checks.Equal(null, LogLocation.OfPath(@"C:\logs\*.log", true, null).Server);
                Checks.Equal(true, LogLocation.OfPath(@"C:\logs\*.log", true, null).Wildcards);
            });
        }

        private static void Failures(Checks checks)
        {
            var cases = new[]
            {
                new { Says = "a path that is no full path is refused", Owner = "EX1", Path = "Deserialized.LocalLongFullPath", Error = "LogPathNotRooted" },
                new { Says = "a path relative to a drive is refused", Owner = "EX2", Path = @"C:Logs", Error = "LogPathNotRooted" },
                new { Says = "another server's Unix path is out of reach", Owner = "EX2", Path = "/var/logs", Error = "RemoteLogUnreachable" },
                new { Says = "a name that is no host name makes no share", Owner = @"EX2\c$\..", Path = Folder, Error = "RemoteLogUnreachable" },
                new { Says = "an identity with its folder makes no share", Owner = "contoso.com/Servers/EX2", Path = Folder, Error = "RemoteLogUnreachable" },
            };
            foreach (var row in cases)
            {
                checks.That(row.Says, () =>
                {
                    EopRelayException error = Checks.Throws<EopRelayException>(
                        () => LogLocation.OfOwner(row.Owner, row.Path, "", false, Here));
                    Checks.Equal(row.Error, error.ErrorId);
                    Checks.True(error.Message.Contains(row.Path), "the message names the path: " + error.Message);
                });
            }
            checks.That("what another server's share does not give is said with the path on that server", () =>
            {
                LogLocation location = LogLocation.OfOwner("EX2", Folder, "", false, Here);
                string file = location.Path + @"\SEND2026111501-1.LOG";
                var notice = new Notice("Unreadable", "Error", "Access is denied.", file, null, null, 5, 1, new[] { location });
                Checks.Equal("RemoteLogUnreadable", notice.ErrorId);
                foreach (string part in new[] { Folder, file, "EX2 lie", "Access is denied." })
                {
                    Checks.True(notice.Text.Contains(part), notice.Text);
                }
            });
            checks.That("a neighbouring folder of the same beginning is not that server's", () =>
            {
                LogLocation location = LogLocation.OfOwner("EX2", @"C:\Logs", "", false, Here);
                var notice = new Notice("NothingFound", "Error", "Nothing.", @"\\EX2\C$\Logs2", null, null, null, 1, new[] { location });
                Checks.Equal("LogNotFound", notice.ErrorId);
                Checks.Equal(@"\\EX2\C$\Logs2: Nothing.", notice.Text);
            });
            checks.That("a foreign file on another server is a foreign file", () =>
            {
                LogLocation location = LogLocation.OfOwner("EX2", @"C:\Logs", "", false, Here);
                var notice = new Notice("NotAProtocolLog", "Error", "Foreign.", @"\\EX2\C$\Logs\a.log", null, null, null, 1, new[] { location });
                Checks.Equal("NotAProtocolLog", notice.ErrorId);
                Checks.Equal("InvalidData", notice.Category);
            });
        }
    }
}
