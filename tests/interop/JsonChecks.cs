using System;
using System.Collections;
using System.Collections.Generic;
using System.Text;

namespace System.Management.Automation
{
    /// <summary>As PowerShell wraps values.</summary>
    internal sealed class PSObject
    {
        public PSObject(object value)
        {
            BaseObject = value;
        }

        public object BaseObject { get; private set; }
    }
}

namespace EopRelay.Tests
{
    /// <summary>The JSON that goes to the native library, and the JSON that comes back.</summary>
    internal static class JsonChecks
    {
        /// <summary>(value, its JSON)</summary>
        private static readonly object[,] Written =
        {
            { null, "null" },
            { "a\"b\\c\u0001\r\n\u20AC", "\"a\\\"b\\\\c\\u0001\\u000d\\u000a\u20AC\"" },
            { "\uD83D\uDE00", "\"\uD83D\uDE00\"" },
            { "half \uD83D", "\"half \uFFFD\"" },
            { "\uDE00 half", "\"\uFFFD half\"" },
            { true, "true" },
            { (byte)7, "7" },
            { -5L, "-5" },
            { ulong.MaxValue, "18446744073709551615" },
            { 1.5, "\"1.5\"" },
            { DayOfWeek.Friday, "\"Friday\"" },
            { new byte[] { 1, 2, 255 }, "\"AQL/\"" },
            { new object[] { "x", null, 1 }, "[\"x\",null,1]" },
            { new ArrayList(), "[]" },
            { new Hashtable { { "Name", new[] { "x" } } }, "{\"Name\":[\"x\"]}" },
            { new Hashtable(), "{}" },
            { new DateTime(2026, 11, 15, 1, 2, 3, DateTimeKind.Utc), "\"2026-11-15T01:02:03.0000000Z\"" },
            { new DateTimeOffset(2026, 11, 15, 2, 2, 3, TimeSpan.FromHours(1)), "\"2026-11-15T01:02:03.0000000Z\"" },
            { new System.Management.Automation.PSObject(true), "true" },
            { new Hashtable { { "a", new System.Management.Automation.PSObject("b") } }, "{\"a\":\"b\"}" },
        };

        private static readonly string[] Damaged =
        {
            "", " ", "{", "[", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "\"a", "\"\\x\"", "\"\\u12G4\"", "\"\n\"", "tru", "nul",
            "1 2", "-", "1e", "01", "+1", "1.", ".5", "NaN", "\u0661", "{\"a\":1,\"a\":2}", "]", "'a'", "\uFEFF1", "\0",
        };

        internal static void Run(Checks checks)
        {
            for (int row = 0; row < Written.GetLength(0); row++)
            {
                object value = Written[row, 0];
                string expected = (string)Written[row, 1];
                checks.That("a value is written as " + expected, () =>
                {
                    var json = new StringBuilder();
                    JsonWriter.Write(json, value);
                    Checks.Equal(expected, json.ToString());
                });
            }
            foreach (string text in Damaged)
            {
                string current = text;
                checks.That("'" + current + "' is refused", () =>
                    Checks.Throws<FormatException>(() => JsonReader.Read(current)));
            }
            checks.That("a time without a zone is local time", () =>
            {
                var time = new DateTime(2026, 11, 15, 1, 2, 3, DateTimeKind.Unspecified);
                Checks.Equal(JsonWriter.Utc(DateTime.SpecifyKind(time, DateTimeKind.Local)), JsonWriter.Utc(time));
            });
            checks.That("what is written is read back", () =>
            {
                const string Text = "{\"a\":[1,-2.5,true,false,null,{}],\"b\":{\"c\":\"\\u20ac\\n\\/\"}}";
                var members = (Dictionary<string, object>)JsonReader.Read(" " + Text + "\r\n");
                var list = (List<object>)members["a"];
                Checks.Equal(1L, list[0]);
                Checks.Equal(-2.5, list[1]);
                Checks.Equal(null, list[4]);
                Checks.Equal("\u20AC\n/", ((Dictionary<string, object>)members["b"])["c"]);
            });
            checks.That("neither reading nor writing goes deeper than is allowed", () =>
            {
                int depth = JsonReader.MaximumDepth;
                JsonReader.Read(new string('[', depth) + new string(']', depth));
                depth++;
                Checks.Throws<FormatException>(
                    () => JsonReader.Read(new string('[', depth) + new string(']', depth)));
                Checks.Throws<FormatException>(() => JsonReader.Read(new string('[', 1000000)));
                object[] endless = new object[1];
                endless[0] = endless;
                EopRelayException error = Checks.Throws<EopRelayException>(
                    () => JsonWriter.Write(new StringBuilder(), endless));
                Checks.Equal("InputTooDeep", error.ErrorId);
            });
            checks.That("JSON that is no report is a defect of the library, not of the caller", () =>
            {
                foreach (string text in new[] { "", "[]", "{}", "{\"Verdict\":1}" })
                {
                    Checks.Equal(
                        "NativeLibraryDefect",
                        Checks.Throws<EopRelayException>(() => JsonMapper.Read<Report>(text)).ErrorId);
                }
            });
        }
    }
}
