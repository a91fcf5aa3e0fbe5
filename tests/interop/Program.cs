using System;
using System.Collections.Generic;
using System.IO;

namespace EopRelay.Tests
{
    /// <summary>The tests of the C# layer; one process runs one of them.</summary>
    internal static class Program
    {
        private const string Usage =
            "usage: EopRelay.Interop.Tests.exe locations\n"
            + "       EopRelay.Interop.Tests.exe layout GOLDEN\n"
            + "       EopRelay.Interop.Tests.exe members SCRIPT...\n"
            + "       EopRelay.Interop.Tests.exe batches BIN\n"
            + "       EopRelay.Interop.Tests.exe loading EMPTY_FOLDER BROKEN_BIN BIN\n"
            + "       EopRelay.Interop.Tests.exe blocked BLOCKED_BIN\n"
            + "       EopRelay.Interop.Tests.exe readers BIN LOG_FOLDER\n"
            + "       EopRelay.Interop.Tests.exe large BIN LOG_FOLDER\n"
            + "       EopRelay.Interop.Tests.exe sessions BIN PATH...\n"
            + "       EopRelay.Interop.Tests.exe json\n"
            + "       EopRelay.Interop.Tests.exe reports BIN CERTIFICATE_FOLDER\n"
            + "       EopRelay.Interop.Tests.exe checks BIN LOG_FOLDER\n"
            + "       EopRelay.Interop.Tests.exe folders EMPTY_FOLDER\n"
            + "       EopRelay.Interop.Tests.exe events BIN EVENT_FOLDER LOG\n"
            + "       EopRelay.Interop.Tests.exe chain-events BIN PATH...\n"
            + "       EopRelay.Interop.Tests.exe hybrid BIN HYBRID_FOLDER LOG\n"
            + "       EopRelay.Interop.Tests.exe hybrid-changes BIN PATH...\n"
            + "       EopRelay.Interop.Tests.exe test BIN PATH...\n"
            + "       EopRelay.Interop.Tests.exe stored BIN THUMBPRINT\n"
            + "       EopRelay.Interop.Tests.exe show REPORT\n"
            + "       EopRelay.Interop.Tests.exe overview OVERVIEW\n"
            + "       EopRelay.Interop.Tests.exe view FORMATS VIEW REPORT_OR_OVERVIEW\n"
            + "       EopRelay.Interop.Tests.exe errors BIN FOLDER\n";

        private static int Main(string[] arguments)
        {
            if (arguments.Length == 0)
            {
                Console.Error.Write(Usage);
                return 64;
            }
            var operands = new List<string>(arguments).GetRange(1, arguments.Length - 1);
            var checks = new Checks();
            switch (arguments[0])
            {
                case "locations":
                    LocationChecks.Run(checks);
                    break;
                case "layout":
                    LayoutChecks.Run(checks, File.ReadAllLines(operands[0]));
                    break;
                case "members":
                    MemberChecks.Run(checks, operands);
                    break;
                case "batches":
                    Library.Load(operands[0]);
                    BatchChecks.Run(checks);
                    break;
                case "loading":
                    LoadingChecks.Run(checks, operands[0], operands[1], operands[2]);
                    break;
                case "blocked":
                    LoadingChecks.RunOnBlockedLibrary(checks, operands[0]);
                    break;
                case "readers":
                    Library.Load(operands[0]);
                    ReaderChecks.Run(checks, operands[1]);
                    break;
                case "large":
                    Library.Load(operands[0]);
                    ReaderChecks.RunOnLargeLog(checks, operands[1]);
                    break;
                case "sessions":
                    Library.Load(operands[0]);
                    JsonLines.Print(operands.GetRange(1, operands.Count - 1));
                    return 0;
                case "json":
                    JsonChecks.Run(checks);
                    break;
                case "reports":
                    Library.Load(operands[0]);
                    ReportChecks.Run(checks, operands[1]);
                    break;
                case "checks":
                    Library.Load(operands[0]);
                    CheckChecks.Run(checks, operands[1]);
                    break;
                case "folders":
                    CheckChecks.RunOnFolders(checks, operands[0]);
                    break;
                case "events":
                    Library.Load(operands[0]);
                    ChainEventChecks.Run(checks, operands[1], operands[2]);
                    break;
                case "hybrid":
                    Library.Load(operands[0]);
                    HybridChecks.Run(checks, operands[1], operands[2]);
                    break;
                case "hybrid-changes":
                    Library.Load(operands[0]);
                    HybridChecks.Print(operands.GetRange(1, operands.Count - 1));
                    return 0;
                case "chain-events":
                    Library.Load(operands[0]);
                    ChainEventChecks.Print(operands.GetRange(1, operands.Count - 1));
                    return 0;
                case "test":
                    Library.Load(operands[0]);
                    ReportChecks.Print(operands.GetRange(1, operands.Count - 1));
                    return 0;
                case "errors":
                    Library.Load(operands[0]);
                    ErrorChecks.Run(checks, operands[1]);
                    break;
                case "stored":
                    Library.Load(operands[0]);
                    ReportChecks.PrintStored(operands[1]);
                    return 0;
                case "show":
                    ReportChecks.Show(operands[0]);
                    return 0;
                case "overview":
                    ReportChecks.PrintCertificates(operands[0]);
                    return 0;
                case "view":
                    ReportChecks.View(operands[0], operands[1], operands[2]);
                    return 0;
                default:
                    Console.Error.Write(Usage);
                    return 64;
            }
            return checks.Report();
        }
    }
}
