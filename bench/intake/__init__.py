"""Speed of reports that come in lines, beside a plain producer of the same lines in the same run."""
