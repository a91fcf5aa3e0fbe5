using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace EopRelay
{
    /// <summary>
    /// A zip file of evidence, with manifest.json, that is there whole or not at all: it is written beside
    /// its place, and moved there by <see cref="Complete"/>. Dispose it.
    /// </summary>
    public sealed class EvidencePackage : IDisposable
    {
        private readonly string path;
        private readonly string partialPath;
        private readonly List<PackageFile> files = new List<PackageFile>();
        private readonly List<PackageGap> missing = new List<PackageGap>();
        private IDisposable archive;

        internal EvidencePackage(string path)
        {
            this.path = path;
            partialPath = path + ".partial";
            FileStream stream;
            try
            {
                stream = new FileStream(partialPath, FileMode.Create, FileAccess.Write, FileShare.None);
            }
            catch (Exception exception)
            {
                if (!(exception is IOException || exception is UnauthorizedAccessException))
                {
                    throw;
                }
                string folder = Path.GetDirectoryName(path);
                throw new EopRelayException(
                    "PackageNotWritten",
                    "WriteError",
                    Directory.Exists(folder)
                        ? "The package cannot be written to '" + path + "': " + exception.Message + " Give a folder that this account may write to."
                        : "The folder '" + folder + "' is not there. Make it, or give another one.",
                    0,
                    exception);
            }
            try
            {
                // By reflection, for the reference assemblies of .NET Framework have it apart.
                Type type = Assembly.Load("System.IO.Compression, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089")
                    .GetType("System.IO.Compression.ZipArchive", true);
                ConstructorInfo constructor = Array.Find(type.GetConstructors(), one => one.GetParameters().Length == 2);
                object create = Enum.Parse(constructor.GetParameters()[1].ParameterType, "Create");
                archive = (IDisposable)constructor.Invoke(new object[] { stream, create });
            }
            finally
            {
                if (archive == null)
                {
                    stream.Dispose();
                }
            }
        }

        /// <summary>What is in it.</summary>
        public PackageFile[] Files
        {
            get { return files.ToArray(); }
        }

        /// <summary>What is not in it, and why.</summary>
        public PackageGap[] Missing
        {
            get { return missing.ToArray(); }
        }

        /// <summary>Adds a file as it is now, also while its owner writes.</summary>
        /// <param name="name">Its name in the package, with slashes.</param>
        /// <param name="source">Its full path.</param>
        /// <param name="server">The server it tells of, or empty.</param>
        /// <returns>Why it cannot be added, or <c>null</c>.</returns>
        public EopRelayException AddFile(string name, string source, string server)
        {
            return Interop.Problem(() =>
            {
                Stream content;
                try
                {
                    content = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                }
                catch (SystemException exception)
                {
                    throw new EopRelayException(
                        "EvidenceUnreadable", "ReadError", "The file '" + source + "' cannot be read: " + exception.Message, 0, exception);
                }
                using (content)
                {
                    Add(name, content, source, server);
                }
            });
        }

        /// <summary>Adds bytes.</summary>
        /// <param name="name">Their name in the package.</param>
        /// <param name="content">The bytes.</param>
        /// <param name="source">Where they come from, in words.</param>
        /// <param name="server">The server they tell of, or empty.</param>
        /// <returns>Why they cannot be added, or <c>null</c>.</returns>
        public EopRelayException AddBytes(string name, byte[] content, string source, string server)
        {
            return Interop.Problem(() => Add(name, new MemoryStream(content, false), source, server));
        }

        /// <summary>Says that something is not in the package.</summary>
        /// <param name="what">What, such as the cmdlet that gives it.</param>
        /// <param name="server">Of which server, or empty.</param>
        /// <param name="reason">Why, and how it is got.</param>
        public void Miss(string what, string server, string reason)
        {
            missing.Add(new PackageGap { What = what, Server = server, Reason = reason });
        }

        /// <summary>Adds the manifest and moves the package to its place.</summary>
        /// <returns>Why it is not there, or <c>null</c>.</returns>
        public EopRelayException Complete(DateTime start, DateTime end)
        {
            return Interop.Problem(() =>
            {
                var manifest = new PackageManifest
                {
                    SchemaVersion = 1,
                    ProductVersion = typeof(EvidencePackage).Assembly.GetName().Version.ToString(3),
                    Computer = Environment.MachineName,
                    Start = start.ToUniversalTime(),
                    End = end.ToUniversalTime(),
                    Confidentiality = "Whoever has this file can read the addresses of senders and recipients, the names of servers, "
                        + "domains, connectors and certificates, and IP addresses. It holds no private key, no password and no mail.",
                    Files = files.ToArray(),
                    Missing = missing.ToArray(),
                };
                var json = new StringBuilder();
                JsonWriter.Write(json, manifest);
                Add("manifest.json", new MemoryStream(new UTF8Encoding(false).GetBytes(json.ToString()), false), "", "");
                archive.Dispose();
                archive = null;
                File.Delete(path);
                File.Move(partialPath, path);
            });
        }

        /// <summary>Takes away what is not complete.</summary>
        public void Dispose()
        {
            if (archive == null)
            {
                return;
            }
            Interop.Problem(archive.Dispose);
            archive = null;
            Interop.Problem(() => File.Delete(partialPath));
        }

        /// <summary>
        /// The logs of a folder that may hold rows since a time, the newest first. The newest counts in any
        /// case: while it is open, Windows is late with the time of its last row.
        /// </summary>
        internal static FileInfo[] LogsSince(string folder, DateTime since)
        {
            if (File.Exists(folder))
            {
                return new[] { new FileInfo(folder) };
            }
            var logs = new List<FileInfo>();
            foreach (FileInfo file in new DirectoryInfo(folder).GetFiles())
            {
                if (file.Extension.Equals(".log", StringComparison.OrdinalIgnoreCase))
                {
                    logs.Add(file);
                }
            }
            logs.Sort((one, other) => string.CompareOrdinal(other.Name.ToUpperInvariant(), one.Name.ToUpperInvariant()));
            DateTime start = since.ToUniversalTime();
            return logs.FindAll(
                log => log == logs[0] || log.LastWriteTimeUtc >= start || log.CreationTimeUtc >= start).ToArray();
        }

        private void Add(string name, Stream content, string source, string server)
        {
            object entry = archive.GetType().GetMethod("CreateEntry", new[] { typeof(string) }).Invoke(archive, new object[] { name });
            using (var hash = SHA256.Create())
            using (var target = (Stream)entry.GetType().GetMethod("Open").Invoke(entry, null))
            {
                var buffer = new byte[1 << 16];
                long length = 0;
                int read;
                while ((read = content.Read(buffer, 0, buffer.Length)) > 0)
                {
                    target.Write(buffer, 0, read);
                    hash.TransformBlock(buffer, 0, read, null, 0);
                    length += read;
                }
                hash.TransformFinalBlock(buffer, 0, 0);
                files.Add(new PackageFile
                {
                    Path = name,
                    Length = length,
                    Sha256 = BitConverter.ToString(hash.Hash).Replace("-", "").ToLowerInvariant(),
                    Server = server,
                    Source = source,
                });
            }
        }
    }

    /// <summary>A file of a package.</summary>
    public sealed class PackageFile
    {
        internal PackageFile()
        {
        }

        /// <summary>Its name in the package.</summary>
        public string Path { get; internal set; }

        /// <summary>Its length in bytes.</summary>
        public long Length { get; internal set; }

        /// <summary>The SHA-256 of its bytes, in hexadecimal digits.</summary>
        public string Sha256 { get; internal set; }

        /// <summary>The server it tells of, or empty.</summary>
        public string Server { get; internal set; }

        /// <summary>The file or cmdlet that it comes from.</summary>
        public string Source { get; internal set; }
    }

    /// <summary>What a package does not hold.</summary>
    public sealed class PackageGap
    {
        internal PackageGap()
        {
        }

        /// <summary>What is missing.</summary>
        public string What { get; internal set; }

        /// <summary>Of which server, or empty.</summary>
        public string Server { get; internal set; }

        /// <summary>Why, and how it is got.</summary>
        public string Reason { get; internal set; }

        /// <summary>What, of which server, and why.</summary>
        public override string ToString()
        {
            return ViewText.Join(", ", What, Server) + ": " + Reason;
        }
    }

    /// <summary>manifest.json of a package.</summary>
    internal sealed class PackageManifest
    {
        public int SchemaVersion { get; internal set; }

        public string ProductVersion { get; internal set; }

        public string Computer { get; internal set; }

        public DateTime Start { get; internal set; }

        public DateTime End { get; internal set; }

        public string Confidentiality { get; internal set; }

        public PackageFile[] Files { get; internal set; }

        public PackageGap[] Missing { get; internal set; }
    }
}
