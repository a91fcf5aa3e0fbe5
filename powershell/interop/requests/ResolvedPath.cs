using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;

namespace EopRelay
{
    /// <summary>
    /// The files that a path stands for which somebody gave PowerShell. Only PowerShell knows its drives,
    /// its current folder and its wildcards; it is asked by reflection, for this assembly does not refer
    /// to it, and here, so that what it throws crosses no statement of a script.
    /// </summary>
    public sealed class ResolvedPath
    {
        private const string FileSystem = "FileSystem";

        private ResolvedPath(string plain, string[] found, bool isPattern)
        {
            Plain = plain;
            Found = found;
            IsPattern = isPattern;
        }

        /// <summary>The full path as it was given, wildcards included, be there such a file or not.</summary>
        public string Plain { get; private set; }

        /// <summary>The full paths of what is there: of a pattern all that it fits, else Plain.</summary>
        public string[] Found { get; private set; }

        /// <summary>Whether it is a pattern; what exists under exactly that name is none.</summary>
        public bool IsPattern { get; private set; }

        /// <param name="paths">The PathIntrinsics of the session state in which the path was given.</param>
        /// <param name="path">The path or pattern.</param>
        /// <param name="isLiteral">Whether no character of it is a wildcard.</param>
        /// <param name="kind">What its errors are called, such as Log: LogNotFound.</param>
        /// <exception cref="EopRelayException">It is no path of the file system.</exception>
        internal static ResolvedPath Of(object paths, string path, bool isLiteral, string kind)
        {
            if (string.IsNullOrWhiteSpace(path))
            {
                throw new EopRelayException(
                    "EmptyPath", "InvalidArgument", "A path is empty. Give a file, a folder or a pattern; the current folder is '.'.");
            }
            // Else a share is looked for in whatever provider the current location has.
            bool isShare = path.StartsWith("\\\\", StringComparison.Ordinal);
            string qualified = isShare ? "Microsoft.PowerShell.Core\\FileSystem::" + path : path;
            object[] unresolved = { qualified, null, null };
            string plain = (string)Ask(paths, "GetUnresolvedProviderPathFromPSPath", unresolved, path, kind);
            string provider = (string)unresolved[1].GetType().GetProperty("Name").GetValue(unresolved[1], null);
            if (provider != FileSystem)
            {
                throw new EopRelayException(
                    "NotAFileSystemPath",
                    "InvalidArgument",
                    "'" + path + "' is a path of the PowerShell provider " + provider
                        + ". Give a path in the file system, or pipe the objects themselves.");
            }
            if (isLiteral || File.Exists(plain) || Directory.Exists(plain) || !HasWildcards(paths, path))
            {
                return new ResolvedPath(plain, new[] { plain }, false);
            }
            var found = (IEnumerable<string>)Ask(
                paths, "GetResolvedProviderPathFromPSPath", new object[] { qualified, null }, path, kind);
            return new ResolvedPath(plain, new List<string>(found).ToArray(), true);
        }

        private static bool HasWildcards(object paths, string path)
        {
            Type pattern = paths.GetType().Assembly.GetType("System.Management.Automation.WildcardPattern");
            MethodInfo method = pattern.GetMethod("ContainsWildcardCharacters", new[] { typeof(string) });
            return (bool)method.Invoke(null, new object[] { path });
        }

        private static object Ask(object paths, string name, object[] arguments, string path, string kind)
        {
            MethodInfo method = Array.Find(
                paths.GetType().GetMethods(),
                one => one.Name == name && one.GetParameters().Length == arguments.Length);
            try
            {
                return method.Invoke(paths, arguments);
            }
            catch (TargetInvocationException exception)
            {
                throw new EopRelayException(
                    kind + "NotFound",
                    "ObjectNotFound",
                    "'" + path + "' cannot be read: " + exception.GetBaseException().Message,
                    0,
                    exception);
            }
        }
    }
}
