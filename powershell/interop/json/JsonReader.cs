using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EopRelay
{
    /// <summary>
    /// Reads JSON (RFC 8259) of the native library: objects become dictionaries, arrays lists, numbers
    /// <c>long</c> or <c>double</c>. Strict, and of bounded depth.
    /// </summary>
    internal sealed class JsonReader
    {
        /// <summary>Deeper than any report.</summary>
        internal const int MaximumDepth = 64;

        private static readonly Regex Number =
            new Regex(@"\G-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", RegexOptions.CultureInvariant);

        private readonly string text;
        private int position;
        private int depth;

        private JsonReader(string text)
        {
            this.text = text;
        }

        /// <summary>The value of the whole text.</summary>
        /// <exception cref="FormatException">It is no JSON, or nested too deeply.</exception>
        internal static object Read(string text)
        {
            var reader = new JsonReader(text);
            object value = reader.ReadValue();
            if (reader.SkipBlanks() != '\0' || reader.position < text.Length)
            {
                throw reader.Damage("something follows the value");
            }
            return value;
        }

        private object ReadValue()
        {
            char first = SkipBlanks();
            switch (first)
            {
                case '{':
                    return Nested(ReadObject);
                case '[':
                    return Nested(ReadArray);
                case '"':
                    return ReadText();
                case 't':
                    return Word("true", true);
                case 'f':
                    return Word("false", false);
                case 'n':
                    return Word("null", null);
                default:
                    return ReadNumber();
            }
        }

        private object Nested(Func<object> read)
        {
            if (++depth > MaximumDepth)
            {
                throw Damage("nested more deeply than any report");
            }
            position++;
            object value = read();
            depth--;
            return value;
        }

        private object ReadObject()
        {
            var members = new Dictionary<string, object>(StringComparer.Ordinal);
            if (Takes('}'))
            {
                return members;
            }
            do
            {
                if (SkipBlanks() != '"')
                {
                    throw Damage("a name is expected");
                }
                string name = ReadText();
                if (!Takes(':'))
                {
                    throw Damage("a colon is expected");
                }
                object value = ReadValue();
                if (members.ContainsKey(name))
                {
                    throw Damage("the name '" + name + "' stands twice");
                }
                members.Add(name, value);
            }
            while (Takes(','));
            if (!Takes('}'))
            {
                throw Damage("a comma or the end of the object is expected");
            }
            return members;
        }

        private object ReadArray()
        {
            var values = new List<object>();
            if (Takes(']'))
            {
                return values;
            }
            do
            {
                values.Add(ReadValue());
            }
            while (Takes(','));
            if (!Takes(']'))
            {
                throw Damage("a comma or the end of the array is expected");
            }
            return values;
        }

        private string ReadText()
        {
            position++;
            var result = new StringBuilder();
            while (true)
            {
                char character = Next();
                if (character == '"')
                {
                    return result.ToString();
                }
                if (character < ' ')
                {
                    throw Damage("a control character in a text");
                }
                result.Append(character == '\\' ? ReadEscape() : character);
            }
        }

        private char ReadEscape()
        {
            char character = Next();
            switch (character)
            {
                case '"':
                case '\\':
                case '/':
                    return character;
                case 'b':
                    return '\b';
                case 'f':
                    return '\f';
                case 'n':
                    return '\n';
                case 'r':
                    return '\r';
                case 't':
                    return '\t';
                case 'u':
                    int unit = 0;
                    for (int digit = 0; digit < 4; digit++)
                    {
                        unit = unit * 16 + HexadecimalDigit(Next());
                    }
                    return (char)unit;
                default:
                    throw Damage("an unknown escape");
            }
        }

        private int HexadecimalDigit(char character)
        {
            if (character >= '0' && character <= '9')
            {
                return character - '0';
            }
            char lower = (char)(character | 0x20);
            if (lower >= 'a' && lower <= 'f')
            {
                return lower - 'a' + 10;
            }
            throw Damage("four hexadecimal digits are expected");
        }

        private object ReadNumber()
        {
            Match number = Number.Match(text, position);
            if (!number.Success)
            {
                throw Damage("a value is expected");
            }
            position += number.Length;
            long whole;
            if (long.TryParse(number.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole))
            {
                return whole;
            }
            double real;
            if (double.TryParse(number.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out real))
            {
                return real;
            }
            throw Damage("a number is too large");
        }

        private object Word(string word, object value)
        {
            if (string.CompareOrdinal(text, position, word, 0, word.Length) != 0)
            {
                throw Damage("a value is expected");
            }
            position += word.Length;
            return value;
        }

        private bool Takes(char character)
        {
            if (SkipBlanks() != character)
            {
                return false;
            }
            position++;
            return true;
        }

        /// <summary>Goes to the next character that is no blank and returns it; U+0000 at the end.</summary>
        private char SkipBlanks()
        {
            while (position < text.Length && " \t\r\n".IndexOf(text[position]) >= 0)
            {
                position++;
            }
            return position < text.Length ? text[position] : '\0';
        }

        private char Next()
        {
            if (position >= text.Length)
            {
                throw Damage("the text ends too early");
            }
            return text[position++];
        }

        private FormatException Damage(string what)
        {
            return new FormatException(
                string.Format(CultureInfo.InvariantCulture, "The native library gave no JSON: {0}, at {1}.", what, position));
        }
    }
}
