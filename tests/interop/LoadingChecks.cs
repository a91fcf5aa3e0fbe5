using System;
using System.IO;

namespace EopRelay.Tests
{
    /// <summary>Loading says what is wrong, and happens once.</summary>
    internal static class LoadingChecks
    {
        internal static void RunOnBlockedLibrary(Checks checks, string blockedBin)
        {
            checks.That("a library that Windows marks as downloaded is said to be blocked", () =>
            {
                EopRelayException error = Checks.Throws<EopRelayException>(() => Library.Load(blockedBin));
                Checks.Equal("NativeLibraryNotLoaded", error.ErrorId);
                Checks.True(error.Message.Contains("Unblock-File"), error.Message);
            });
        }

        internal static void Run(Checks checks, string emptyFolder, string brokenBin, string bin)
        {
            checks.That("nothing works before the library is loaded", () =>
                Checks.Throws<InvalidOperationException>(() => Library.OpenSessions(Interop.NewSessionQuery())));
            checks.That("a missing library is said with its full path", () =>
            {
                EopRelayException error = Checks.Throws<EopRelayException>(() => Library.Load(emptyFolder));
                Checks.Equal("NativeLibraryMissing", error.ErrorId);
                Checks.True(error.Message.Contains(Path.GetFullPath(emptyFolder)), error.Message);
            });
            checks.That("a file that is no library is said to be none", () =>
            {
                EopRelayException error = Checks.Throws<EopRelayException>(() => Library.Load(brokenBin));
                Checks.Equal("NativeLibraryNotLoaded", error.ErrorId);
            });
            checks.That("a failed load does not stand in the way of a good one", () => Library.Load(bin));
            checks.That("loading again from the same folder is fine", () =>
                Library.Load(Path.Combine(bin, "..", Path.GetFileName(bin))));
            checks.That("loading from another folder asks for a new console", () =>
            {
                EopRelayException error = Checks.Throws<EopRelayException>(() => Library.Load(brokenBin));
                Checks.Equal("AlreadyLoaded", error.ErrorId);
                Checks.True(error.Message.Contains("new console"), error.Message);
            });
            checks.That("a function that the library does not have is a mismatch", () =>
            {
                IntPtr library = NativeLoader.Load(bin);
                EopRelayException error = Checks.Throws<EopRelayException>(
                    () => NativeLoader.Find(library, "eop_of_another_version"));
                Checks.Equal("NativeLibraryMismatch", error.ErrorId);
            });
        }
    }
}
