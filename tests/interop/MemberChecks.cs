using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml;

namespace EopRelay.Tests
{
    /// <summary>
    /// Each member that the scripts and formats name exists. PowerShell would find out at run
    /// time only, at night.
    /// </summary>
    internal static class MemberChecks
    {
        /// <summary>The variables of the scripts that hold objects of this assembly.</summary>
        private static readonly Dictionary<string, Type> OwnVariables =
            new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase)
            {
                { "PendingAnswer", typeof(PendingAnswer) },
                { "query", typeof(SessionQuery) },
                { "reader", typeof(SessionReader) },
                { "notice", typeof(Notice) },
                { "request", typeof(Request) },
                { "problem", typeof(EopRelayException) },
                { "report", typeof(Report) },
                { "check", typeof(CheckRequest) },
                { "overview", typeof(CertificateOverview) },
                { "plan", typeof(RenewalPlan) },
                { "unread", typeof(InputProblem) },
                { "source", typeof(EvidenceSource) },
                { "chainReader", typeof(EvidenceReader<ChainEvent>) },
                { "changeReader", typeof(EvidenceReader<HybridChange>) },
                { "resolved", typeof(ResolvedPath) },
                { "found", typeof(ResolvedErrors) },
                { "location", typeof(LogLocation) },
                { "chainRequest", typeof(ChainRequest) },
                { "certificate", typeof(InstalledCertificate) },
                { "tenant", typeof(Request) },
                { "question", typeof(Request) },
                { "probe", typeof(Probe) },
                { "standing", typeof(ProbeStanding) },
                { "package", typeof(EvidencePackage) },
                { "diagnosis", typeof(Diagnosis) },
                { "opened", typeof(NativeHandle) },
                { "textReader", typeof(EvidenceReader<ChainEvent>) },
                { "textSource", typeof(EvidenceSource) },
                { "evidenceReader", typeof(EvidenceReader<ChainEvent>) },
                { "chainEvent", typeof(ChainEvent) },
                { "progress", typeof(ReadingProgress) },
                { "session", typeof(Session) },
                { "redaction", typeof(Redaction) },
                { "redactedFile", typeof(RedactedFile) },
            };

        /// <summary>
        /// The members of other objects that the scripts use: PowerShell's own, as its class library
        /// documents them (System.Management.Automation cannot be asked here).
        /// </summary>
        private static readonly HashSet<string> DocumentedMembers = new HashSet<string>
        {
            "PSCmdlet.ParameterSetName", "PSCmdlet.WriteError", "PSCmdlet.WriteWarning", "PSCmdlet.WriteVerbose",
            "PSCmdlet.ThrowTerminatingError", "Cmdlet.InvokeCommand.InvokeScript", "Cmdlet.SessionState",
            "ExecutionContext.SessionState.Path", "ExecutionContext.SessionState.LanguageMode",
            "PSBoundParameters.ContainsKey", "MyInvocation.ExpectingInput", "env.ExchangeInstallPath",
            "Recurse.IsPresent", "Failed.IsPresent", "EopOnly.IsPresent", "LogsAreLocal.IsPresent", "EventLog.IsPresent",
            "Literal.IsPresent", "InputObject.PSObject.Properties", "InputObject.PSObject.Properties.Match",
            "InputObject.PSObject.TypeNames", "InputObject.PSObject.Methods", "InputObject.ToXml", "InputObject.Trim",
            "InputObject.TrimStart", "InputObject.FullName", "value.PSObject.Properties", "property.Name",
            "property.Value", "innerProperty.Value", "members.Count", "loaded.GetName", "_.ToXml",
            "OnlyGivenRoot.IsPresent", "UseMachineStore.IsPresent", "Strict.IsPresent", "given.PSObject.Properties",
            "_.Exception.GetBaseException", "PSCmdlet.ShouldProcess", "depths.Keys", "ExecutionContext.SessionState.Module.OnRemove", "BoundParameters.Contains", "names.Length", "connector.Name", "Word.Trim", "name.StartsWith",
            "name.Replace", "contradicting.Count", "chosen.Count", "base.StartsWith", "given.Trim",
            "exports.ContainsKey", "exports.Keys", "command.Replace", "lines.Add", "lines.Count", "InputObject.Keys", "Name.EndsWith", "text.StartsWith", "text.Trim", "lacking.Count", "files.Length",
            "BoundParameters.ContainsKey", "how.List", "how.Files", "how.As", "how.IsDomain", "how.Kind",
            "Cmdlet.WriteError", "Cmdlet.WriteWarning", "Cmdlet.WriteVerbose", "Cmdlet.ThrowTerminatingError",
            "PSCmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath", "Given.ToXml", "export.File",
            "export.IsOfServer", "export.Noun", "folder.Location", "folder.Location.Path", "folder.Server", "log.File.FullName",
            "log.File.Length", "log.Server", "one.File.Length", "content.Message", "logs.Message", "wizard.Message",
            "Cmdlet.GetUnresolvedProviderPathFromPSPath",
            "_.ProviderPath", "_.Message", "_.Path", "accepted.LogPath", "accepted.Line", "accepted.EndTime.ToString",
            "keys.Message", "clock.Elapsed.TotalSeconds",
        };

        /// <summary>Classes whose members any variable may have: texts, lists, tables, times and files.</summary>
        private static readonly Type[] PlainTypes =
            { typeof(string), typeof(List<object>), typeof(System.Collections.Hashtable), typeof(DateTime), typeof(FileInfo) };

        private static readonly Regex HelpAndComments =
            new Regex(@"<#.*?#>|^\s*#[^\r\n]*", RegexOptions.Singleline | RegexOptions.Multiline);

        private static readonly Regex StaticUse = new Regex(@"\[EopRelay\.(\w+)\](::(\w+)(\(?))?");

        private static readonly Regex VariableUse = new Regex(@"\$(\w+)((?:\.\w+)+)");

        internal static void Run(Checks checks, IEnumerable<string> files)
        {
            foreach (string file in files)
            {
                string text = File.ReadAllText(file);
                if (file.EndsWith(".ps1xml", StringComparison.OrdinalIgnoreCase))
                {
                    CheckDefinitions(checks, file, text);
                }
                else
                {
                    CheckScript(checks, file, HelpAndComments.Replace(text, ""));
                    CheckOutputs(checks, file, text);
                }
            }
        }

        private static void CheckScript(Checks checks, string file, string text)
        {
            foreach (Match use in StaticUse.Matches(text))
            {
                Match current = use;
                checks.That(Path.GetFileName(file) + " names " + use.Value + " of the assembly", () =>
                    CheckStatic(current, text));
            }
            foreach (Match use in VariableUse.Matches(text))
            {
                string variable = use.Groups[1].Value;
                string chain = use.Groups[2].Value.Substring(1);
                checks.That(Path.GetFileName(file) + " names a member that exists in $" + variable + "." + chain, () =>
                {
                    Type type;
                    if (OwnVariables.TryGetValue(variable, out type))
                    {
                        CheckChain(type, chain);
                    }
                    else
                    {
                        string first = chain.Split('.')[0];
                        bool isPlain = first == "PSObject" || first == "IsPresent"
                            || Array.Exists(PlainTypes, plain => plain.GetMember(first).Length > 0);
                        Checks.True(
                            isPlain || DocumentedMembers.Contains(variable + "." + chain),
                            "neither an object of this assembly nor a member listed as PowerShell's");
                    }
                });
            }
        }

        private static void CheckStatic(Match use, string text)
        {
            Type type = typeof(Interop).Assembly.GetType("EopRelay." + use.Groups[1].Value);
            Checks.True(type != null && type.IsPublic, "no such public class");
            if (!use.Groups[2].Success)
            {
                return;
            }
            string name = use.Groups[3].Value;
            MemberInfo[] members = type.GetMember(name, BindingFlags.Public | BindingFlags.Static);
            Checks.True(members.Length > 0, "no such public static member");
            if (use.Groups[4].Value == "(")
            {
                int expected = ArgumentCount(text, use.Index + use.Length);
                Checks.True(
                    Array.Exists(members, member => ((MethodInfo)member).GetParameters().Length == expected),
                    "no overload takes " + expected + " arguments");
            }
        }

        /// <summary>How many arguments stand between an opened bracket and its end.</summary>
        private static int ArgumentCount(string text, int start)
        {
            int depth = 0;
            int commas = 0;
            for (int index = start; ; index++)
            {
                char character = text[index];
                if (character == '(' || character == '[' || character == '{')
                {
                    depth++;
                }
                else if (character == ')' && depth == 0)
                {
                    return text.Substring(start, index - start).Trim().Length == 0 ? 0 : commas + 1;
                }
                else if (character == ')' || character == ']' || character == '}')
                {
                    depth--;
                }
                else if (character == ',' && depth == 0)
                {
                    commas++;
                }
            }
        }

        private static void CheckChain(Type type, string chain)
        {
            foreach (string name in chain.Split('.'))
            {
                PropertyInfo property = type.GetProperty(name);
                if (property == null)
                {
                    Checks.True(
                        Array.Exists(type.GetMethods(), method => method.Name == name),
                        type.Name + " has no public member " + name);
                    return;
                }
                type = property.PropertyType;
            }
        }

        private static void CheckDefinitions(Checks checks, string file, string text)
        {
            var document = new XmlDocument();
            document.LoadXml(text);
            foreach (XmlNode name in document.SelectNodes("//TypeName"))
            {
                checks.That(Path.GetFileName(file) + " names the class " + name.InnerText, () => OwnType(name.InnerText));
            }
            foreach (XmlNode view in document.SelectNodes("//View"))
            {
                string set = view.SelectSingleNode("ViewSelectedBy/SelectionSetName").InnerText;
                XmlNode typeName = document.SelectSingleNode("//SelectionSet[Name='" + set + "']/Types/TypeName");
                Type type = OwnType(typeName.InnerText);
                foreach (XmlNode property in view.SelectNodes(".//PropertyName"))
                {
                    checks.That(view["Name"].InnerText + " shows the property " + property.InnerText, () =>
                        CheckChain(type, property.InnerText));
                }
                CheckPlainView(checks, view, type);
            }
        }

        /// <summary>
        /// Implicit remoting drops a view with a script; and texts and numbers are in every culture the same.
        /// </summary>
        private static void CheckPlainView(Checks checks, XmlNode view, Type type)
        {
            checks.That(view["Name"].InnerText + " names properties alone", () =>
            {
                Checks.Equal(0, view.SelectNodes(".//ScriptBlock").Count);
                foreach (XmlNode property in view.SelectNodes(".//PropertyName"))
                {
                    Type shown = type.GetProperty(property.InnerText).PropertyType;
                    shown = Nullable.GetUnderlyingType(shown) ?? shown;
                    Checks.True(shown != typeof(DateTime) && !shown.IsArray, property.InnerText + " is a " + shown.Name);
                }
            });
        }

        /// <summary>The help lists the members of the objects, all of them and in their order.</summary>
        private static void CheckOutputs(Checks checks, string file, string text)
        {
            Match outputs = Regex.Match(text, @"\.OUTPUTS\s+EopRelay\.(\w+)\. Its members: ([^.]+)\.");
            if (!outputs.Success)
            {
                return;
            }
            checks.That(Path.GetFileName(file) + " lists the members of its output in the help", () =>
            {
                var names = new List<string>();
                foreach (PropertyInfo property in OwnType("EopRelay." + outputs.Groups[1].Value).GetProperties())
                {
                    if (!property.IsDefined(typeof(ViewTextAttribute), false))
                    {
                        names.Add(property.Name);
                    }
                }
                Checks.Equal(string.Join(", ", names), outputs.Groups[2].Value);
            });
        }

        private static Type OwnType(string name)
        {
            const string Prefix = "Deserialized.";
            string plain = name.StartsWith(Prefix, StringComparison.Ordinal) ? name.Substring(Prefix.Length) : name;
            Type type = typeof(Interop).Assembly.GetType(plain);
            Checks.True(type != null && type.IsPublic && type.IsSealed, "no public sealed class " + plain);
            return type;
        }
    }
}
