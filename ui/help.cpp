#include "ui/help.h"

#include <QApplication>
#include <QMessageBox>

namespace headlight::ui {

void showShortcuts(QWidget& parent)
{
    QMessageBox::information(
        &parent, QObject::tr("Keyboard"),
        QObject::tr(
            "<table cellspacing='6'>"
            "<tr><td><b>Ctrl+1 … Ctrl+9, Ctrl+0, Ctrl+-</b></td><td>pages</td></tr>"
            "<tr><td><b>arrows, Home, End</b></td><td>move the cell cursor, or choose a head on the Heads "
            "page</td></tr>"
            "<tr><td><b>wheel, + −, drag, 0</b></td><td>on the heatmap: fewer or more cells, other cells, all of "
            "them</td></tr>"
            "<tr><td><b>, .</b></td><td>previous, next stage of the pipeline</td></tr>"
            "<tr><td><b>Return, Escape</b></td><td>open a matrix of the pipeline, and go back</td></tr>"
            "<tr><td><b>[ ]</b></td><td>previous, next head</td></tr>"
            "<tr><td><b>{ }</b></td><td>previous, next layer</td></tr>"
            "<tr><td><b>Space</b></td><td>switch the head off or on</td></tr>"
            "<tr><td><b>H</b></td><td>hide the cell under the cursor from the softmax, or show it again</td></tr>"
            "<tr><td><b>Delete</b></td><td>on the tokens: zero the value of the chosen one, or take that back</td></tr>"
            "<tr><td><b>Escape</b></td><td>free the selection</td></tr>"
            "<tr><td><b>X, Ctrl+D</b></td><td>explain the heatmap's cell under the cursor, open or close the "
            "explanation; there Tab and Return follow a number, Alt+Left and Alt+Right go back and forward</td></tr>"
            "<tr><td><b>Ctrl+E</b></td><td>export the figure</td></tr>"
            "<tr><td><b>Ctrl+Shift+C, Ctrl+Shift+N</b></td><td>copy the picture, the numbers</td></tr>"
            "<tr><td><b>Ctrl+R, Ctrl+M</b></td><td>raw pieces of the vocabulary, pieces merged into words</td></tr>"
            "<tr><td><b>Ctrl+L, Ctrl+G</b></td><td>lessons, glossary</td></tr>"
            "<tr><td><b>Ctrl+Return, Ctrl+Shift+Return</b></td><td>in a lesson: check the answer or go on, go back; "
            "Ctrl+Up and "
            "Ctrl+Down move a step that is to be put in order</td></tr>"
            "<tr><td><b>F11</b></td><td>presentation mode</td></tr>"
            "<tr><td><b>Ctrl+Z, Ctrl+Shift+Z</b></td><td>undo, redo: text, experiment and selection</td></tr>"
            "<tr><td><b>Ctrl+O, Ctrl+Shift+O</b></td><td>open a text or a recorded trace, a model folder</td></tr>"
            "</table>"));
}

void showAbout(QWidget& parent)
{
    QMessageBox::about(
        &parent, QObject::tr("About Headlight"),
        QObject::tr("<h3>Headlight %1</h3><p>See what every attention head looks at.</p>"
                    "<p>Attention is where a head looks; by itself it does not explain what the model decides.</p>"
                    "<p>Free software under the GNU General Public License, version 3 or later.</p>")
            .arg(QApplication::applicationVersion()));
}

}  // namespace headlight::ui
